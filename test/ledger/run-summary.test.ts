import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Batch, newBatch } from "../../shared/ledger/batch.ts";
import { summariseRun } from "../../shared/ledger/run-summary.ts";
import type { TakeFigures } from "../../shared/ledger/take-figures.ts";
import { aRun } from "../support/samples/a-run.ts";
import { sampleUnit } from "../support/samples/row-samples.ts";

const noTake: TakeFigures = {
  units: 0,
  requests: 0,
  retries: 0,
  deferred: 0,
  exceeded: 0,
  durationMs: 0,
  memoryMb: 0,
  sentBySecond: {},
};

/** A take's figures that sent so many requests in each of these seconds. */
function sentIn(sentBySecond: Record<string, number>): Partial<TakeFigures> {
  const requests = Object.values(sentBySecond).reduce((sum, sent) => sum + sent, 0);
  return { requests, sentBySecond };
}

function aBatch(index: number, ...takes: readonly Partial<TakeFigures>[]): Batch {
  const batch = newBatch("run-1", `b00000${index}`, [sampleUnit(index)]);
  const entries = takes.map((take, nth) => [String(nth + 1), { ...noTake, ...take }]);
  return { ...batch, takes: Object.fromEntries(entries) };
}

const ended = aRun({ activeMs: 120_000, activeSinceMs: null, status: "complete" });

describe("requests a minute", () => {
  test("peak where 60 s hold the most, across takes and batches", () => {
    const batches = [
      aBatch(0, sentIn({ 100: 10, 130: 5 }), sentIn({ 159: 20 })),
      aBatch(1, sentIn({ 160: 7, 219: 3 })),
    ];
    const { qpm } = summariseRun(ended, batches, 0);
    expect(qpm.peak).toBe(35);
  });

  test("61 s apart are not in one minute", () => {
    expect(summariseRun(ended, [aBatch(0, sentIn({ 100: 10, 160: 10 }))], 0).qpm.peak).toBe(10);
    expect(summariseRun(ended, [aBatch(0, sentIn({ 100: 10, 159: 10 }))], 0).qpm.peak).toBe(20);
  });

  test("peak as a plain count over every minute finds it", () => {
    const seconds = fc.dictionary(
      fc.integer({ min: 1_000, max: 1_200 }).map(String),
      fc.integer({ min: 1, max: 30 }),
    );
    fc.assert(
      fc.property(fc.array(seconds, { maxLength: 5 }), (takes) => {
        let peak = 0;
        for (let first = 900; first <= 1_200; first += 1) {
          const inMinute = takes
            .flatMap((take) => Object.entries(take))
            .filter(([second]) => Number(second) >= first && Number(second) < first + 60)
            .reduce((sum, [, sent]) => sum + sent, 0);
          peak = Math.max(peak, inMinute);
        }
        const batches = takes.map((take, index) => aBatch(index, sentIn(take)));
        expect(summariseRun(ended, batches, 0).qpm.peak).toBe(peak);
      }),
    );
  });

  test("are an average over the working time; less than a minute counts as a minute", () => {
    const batches = [aBatch(0, sentIn({ 100: 90 }))];
    expect(summariseRun(ended, batches, 0).qpm.average).toBe(45);
    expect(summariseRun({ ...ended, activeMs: 10_000 }, batches, 0).qpm.average).toBe(90);
  });
});

describe("durations of batches", () => {
  test("have nearest-rank percentiles over all takes", () => {
    const takes = Array.from({ length: 100 }, (_, index) => ({ durationMs: 100 - index }));
    expect(summariseRun(ended, [aBatch(0, ...takes)], 0).batch).toEqual({
      count: 100,
      p50Ms: 50,
      p95Ms: 95,
      p99Ms: 99,
    });
    const few = [aBatch(0, { durationMs: 300 }), aBatch(1, { durationMs: 100 })];
    expect(summariseRun(ended, few, 0).batch).toEqual({
      count: 2,
      p50Ms: 100,
      p95Ms: 300,
      p99Ms: 300,
    });
  });

  test("are 0 when nothing was fetched", () => {
    const summary = summariseRun(ended, [aBatch(0)], 0);
    expect(summary.batch).toEqual({ count: 0, p50Ms: 0, p95Ms: 0, p99Ms: 0 });
    expect(summary).toMatchObject({ requests: 0, qpm: { average: 0, peak: 0 }, memoryPeakMb: 0 });
  });
});

describe("a run's figures", () => {
  test("add up over takes and units; memory is the largest worker's", () => {
    const [first, second] = [
      aBatch(0, { requests: 3, retries: 1, memoryMb: 90, exceeded: 1 }),
      aBatch(1, { requests: 2, deferred: 4, memoryMb: 120 }, { requests: 1, memoryMb: 80 }),
    ];
    const figures = { rows: 7, pages: 2, duplicates: 1 };
    const batches: readonly Batch[] = [
      { ...first, units: first.units.map((unit) => ({ ...unit, status: "done", figures })) },
      { ...second, units: second.units.map((unit) => ({ ...unit, status: "failed" })) },
    ];
    const run = aRun({ plannedUnits: 2, skippedUnits: 5, queuePeak: 8, inFlightPeak: 3 });
    expect(summariseRun(run, batches, 0)).toMatchObject({
      requests: 6,
      retries: 1,
      pages: 2,
      rows: 7,
      duplicates: 1,
      units: { planned: 2, complete: 1, failed: 1, skipped: 5 },
      quota: { exceeded: 1, deferred: 4 },
      memoryPeakMb: 120,
      queue: { peak: 8 },
      inFlight: { peak: 3 },
    });
  });

  test("of a run that goes on count the stretch under way", () => {
    const going = aRun({ activeMs: 5_000, activeSinceMs: 100_000 });
    expect(summariseRun(going, [], 103_000).durationMs).toBe(8_000);
    expect(summariseRun(going, [], 99_000).durationMs).toBe(5_000);
    expect(summariseRun(ended, [], 999_000).durationMs).toBe(120_000);
  });
});
