import type { Batch, BatchUnit } from "../ledger/batch.ts";
import type { Ledger } from "../ledger/ledger.ts";

/**
 * A take's view of its batch. Changes are made in memory and written by `save`; saves that are
 * asked for while one is under way share the next, so that parallel units cost one write.
 */
export type BatchProgress = {
  batch(): Batch;
  changeUnit(index: number, change: (unit: BatchUnit) => BatchUnit): void;
  change(change: (batch: Batch) => Batch): void;
  /** Resolves once a write that holds everything changed before the call is through. */
  save(): Promise<"saved" | "lost">;
};

export function batchProgress(ledger: Ledger, claimed: Batch): BatchProgress {
  let batch = claimed;
  let running: Promise<"saved" | "lost"> | undefined;
  let following: Promise<"saved" | "lost"> | undefined;

  function start(): Promise<"saved" | "lost"> {
    running = ledger.saveBatch(batch).finally(() => {
      running = undefined;
    });
    return running;
  }

  return {
    batch: () => batch,
    changeUnit(index, change) {
      batch = {
        ...batch,
        units: batch.units.map((unit, at) => (at === index ? change(unit) : unit)),
      };
    },
    change(change) {
      batch = change(batch);
    },
    save() {
      if (running === undefined) return Promise.resolve().then(() => running ?? start());
      following ??= running
        .catch(() => undefined)
        .then(() => {
          following = undefined;
          return start();
        });
      return following;
    },
  };
}
