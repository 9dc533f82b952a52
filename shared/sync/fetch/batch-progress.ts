import type { Batch, BatchUnit } from "../../ledger/batch.ts";
import type { Ledger } from "../../ledger/ledger.ts";

/**
 * A take's view of its batch. Changes are made in memory and written by `save`, one write after
 * the other, so that no older state can land on a newer one; saves that are asked for while one is
 * under way share the next, so that parallel units cost one write.
 */
export type BatchProgress = {
  batch(): Batch;
  changeUnit(index: number, change: (unit: BatchUnit) => BatchUnit): void;
  change(change: (batch: Batch) => Batch): void;
  /** Resolves once a write that holds everything changed before the call is through. */
  save(): Promise<"saved" | "lost">;
};

export function createBatchProgress(ledger: Ledger, claimed: Batch): BatchProgress {
  let batch = claimed;
  let underWay: Promise<unknown> = Promise.resolve();
  let following: Promise<"saved" | "lost"> | undefined;

  function write(): Promise<"saved" | "lost"> {
    following = undefined;
    const writing = ledger.saveBatch(batch);
    underWay = writing.catch(() => undefined);
    return writing;
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
      following ??= underWay.then(write);
      return following;
    },
  };
}
