import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Batch, newBatch } from "../../../shared/ledger/batch.ts";
import type { Ledger } from "../../../shared/ledger/ledger.ts";
import {
  type BatchProgress,
  createBatchProgress,
} from "../../../shared/sync/fetch/batch-progress.ts";
import { sampleUnit } from "../../support/samples/row-samples.ts";
import { memoryLedger } from "../../support/stores/memory-ledger.ts";

/** A ledger whose writes of batches are answered when the test says so. */
function slowLedger() {
  const writes: { readonly batch: Batch; answer(): void; fail(error: Error): void }[] = [];
  let underWay = 0;
  let most = 0;
  const ledger: Ledger = {
    ...memoryLedger({ lever: 5 }),
    saveBatch(batch) {
      underWay += 1;
      most = Math.max(most, underWay);
      const { promise, resolve, reject } = Promise.withResolvers<"saved" | "lost">();
      const end = () => {
        underWay -= 1;
      };
      writes.push({
        batch,
        answer() {
          end();
          resolve("saved");
        },
        fail(error) {
          end();
          reject(error);
        },
      });
      return promise;
    },
  };
  return { ledger, writes, mostAtOnce: () => most };
}

function aBatch(): Batch {
  return newBatch(
    "run-1",
    "b000000",
    [0, 1, 2, 3].map((day) => sampleUnit(day)),
  );
}

function begin(progress: BatchProgress, index: number): void {
  progress.changeUnit(index, (unit) => ({ ...unit, begun: true }));
}

const begunOf = (batch: Batch | undefined) => batch?.units.map(({ begun }) => begun);

describe("saves of a take's progress", () => {
  test("asked for together are one write that holds them all", async () => {
    const { ledger, writes } = slowLedger();
    const progress = createBatchProgress(ledger, aBatch());
    begin(progress, 0);
    const first = progress.save();
    begin(progress, 1);
    const second = progress.save();
    await setImmediate();
    expect(writes).toHaveLength(1);
    expect(begunOf(writes[0]?.batch)).toEqual([true, true, false, false]);
    writes[0]?.answer();
    expect(await Promise.all([first, second])).toEqual(["saved", "saved"]);
  });

  test("asked for while one is under way wait for it, and share the next", async () => {
    const { ledger, writes } = slowLedger();
    const progress = createBatchProgress(ledger, aBatch());
    const first = progress.save();
    await setImmediate();
    begin(progress, 0);
    const second = progress.save();
    begin(progress, 1);
    const third = progress.save();
    await setImmediate();
    expect(writes).toHaveLength(1);
    writes[0]?.answer();
    await first;
    await setImmediate();
    expect(writes).toHaveLength(2);
    expect(begunOf(writes[1]?.batch)).toEqual([true, true, false, false]);
    writes[1]?.answer();
    expect(await Promise.all([second, third])).toEqual(["saved", "saved"]);
  });

  test("that fail fail those who asked, and no later ones", async () => {
    const { ledger, writes } = slowLedger();
    const progress = createBatchProgress(ledger, aBatch());
    const first = progress.save();
    await setImmediate();
    const second = progress.save();
    writes[0]?.fail(new Error("no ledger"));
    await expect(first).rejects.toThrow("no ledger");
    await setImmediate();
    writes[1]?.answer();
    expect(await second).toBe("saved");
  });

  test("never overlap, and each holds what was changed before it was asked for, whatever the timing", async () => {
    const steps = fc.array(
      fc.record({ ticks: fc.nat(6), what: fc.constantFrom("save", "answer") }),
      { maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (moves) => {
        const { ledger, writes, mostAtOnce } = slowLedger();
        const progress = createBatchProgress(ledger, aBatch());
        let answered = 0;
        let version = 0;
        const asked: { readonly version: number; readonly seen: Promise<number> }[] = [];
        const answerNext = () => {
          writes[answered]?.answer();
          answered = Math.min(answered + 1, writes.length);
        };
        for (const { ticks, what } of moves) {
          for (let tick = 0; tick < ticks; tick += 1) await null;
          if (what === "answer") {
            answerNext();
            continue;
          }
          version += 1;
          const own = version;
          progress.change((batch) => ({ ...batch, token: own }));
          asked.push({
            version: own,
            seen: progress.save().then(() => writes[answered - 1]?.batch.token ?? 0),
          });
        }
        for (let round = 0; round < 4; round += 1) {
          await setImmediate();
          answerNext();
        }
        for (const { version: own, seen } of asked) expect(await seen).toBeGreaterThanOrEqual(own);
        expect(mostAtOnce()).toBeLessThanOrEqual(1);
        const tokens = writes.map(({ batch }) => batch.token);
        expect(tokens).toEqual(tokens.toSorted((a, b) => a - b));
      }),
      { numRuns: 200 },
    );
  });
});
