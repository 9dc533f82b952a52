import { describe, expect, test } from "vitest";
import { type Batch, claimBatch, defaultMaxAttempts, newBatch } from "../../shared/ledger/batch.ts";
import { parseBatch } from "../../shared/ledger/ledger-items.ts";
import { batchIdAt, inFlightCount, queueSize, type Run } from "../../shared/ledger/run.ts";
import { summariseRun } from "../../shared/ledger/run-summary.ts";
import { dispatchRun } from "../../shared/ledger/transitions/dispatch-run.ts";
import { renewLease } from "../../shared/ledger/transitions/renew-lease.ts";
import { returnBatch } from "../../shared/ledger/transitions/return-batch.ts";
import { submitBatch } from "../../shared/ledger/transitions/submit-batch.ts";
import { takeBatch } from "../../shared/ledger/transitions/take-batch.ts";
import { InvalidRequestError, parseRunRequest } from "../../shared/request/parse-run-request.ts";
import type { Report } from "../../shared/request/report.ts";
import {
  mostDefinitionBytes,
  mostPutBack,
  mostTakes,
  mostUnitsABatch,
  shortened,
} from "../../shared/request/run-limits.ts";
import { RunRequestSchema } from "../../shared/request/run-request.ts";
import { eventsOfPass, handOverAtEvents } from "../../shared/sync/execution-events.ts";
import { splitIntoBatches } from "../../shared/sync/plan/plan-units.ts";
import { aRun } from "../support/samples/a-run.ts";
import { sampleUnit } from "../support/samples/row-samples.ts";
import { dynamoItemSize } from "../support/stores/dynamo-item-size.ts";

const nowMs = 1_775_000_000_000;
const kilobyte = 1_024;
const longText = shortened("x".repeat(5_000));
const siteUrl = `https://example.com/${"a".repeat(1_000)}/`;
const limits = { lever: 5, execution: "run-1" };

/** Own reports of about so many bytes in all. */
function definitionsOf(bytes: number): readonly Report[] {
  const filter = { dimension: "page", operator: "contains", expression: "x".repeat(800) } as const;
  const report = (index: number): Report => ({
    id: `own_report_${index}`,
    searchType: "web",
    dimensions: ["page", "query"],
    dataState: "final",
    dimensionFilterGroups: [{ groupType: "and", filters: [filter] }],
  });
  const count = Math.floor(bytes / (JSON.stringify(report(10)).length + 1));
  return Array.from({ length: count }, (_, index) => report(index));
}

/** Everything at its limit: each batch that is sent is put back, to come again much later. */
function largestRun(): Run {
  const definitions = definitionsOf(mostDefinitionBytes);
  const most = RunRequestSchema.parse({
    siteUrl,
    from: "2026-01-01",
    to: "2026-01-02",
    maxQueueSize: 10_000,
    maxInFlight: 100,
  });
  let run = aRun({
    siteUrl,
    definitions,
    reports: definitions.map(({ id }) => id),
    reason: longText,
    concurrency: 5,
    maxQueueSize: most.maxQueueSize ?? 0,
    maxInFlight: most.maxInFlight ?? 0,
    batches: 60_000,
    plannedUnits: 60_000,
  });
  for (;;) {
    const { run: sent, answer } = dispatchRun(run, limits, nowMs);
    run = sent ?? run;
    if (answer.kind !== "send") return run;
    for (const [index, batchId] of answer.batchIds.entries()) {
      const token = nowMs + index;
      run = takeBatch(run, { batchId, token }, nowMs).run ?? run;
      const back = { batchId, token, notBeforeMs: nowMs + 900_000 };
      run = returnBatch(run, back, longText, nowMs).run ?? run;
    }
  }
}

describe("the largest run", () => {
  const run = largestRun();

  test("has the queue full of batches that were put back, and more in the plan", () => {
    expect(run.returned).toHaveLength(mostPutBack);
    expect(run.admitted).toBeGreaterThan(run.next);
    expect(queueSize(run) + inFlightCount(run)).toBe(10_000);
  });

  test("stays below a quarter of an item, so that each change of it is under 100 write units", () => {
    expect(dynamoItemSize(run)).toBeLessThan(100 * kilobyte);
  });

  test("waits until the first of them is due, and then goes on", () => {
    const { answer } = dispatchRun(run, limits, nowMs);
    expect(answer).toEqual({ kind: "wait", untilMs: nowMs + 900_000, expired: 0 });
    expect(dispatchRun(run, limits, nowMs + 900_000).answer.kind).toBe("send");
  });

  test("writes its item no more than four times a take, and a renewal every 6 s", () => {
    const due = { ...run, returned: run.returned.map((batch) => ({ ...batch, notBeforeMs: 0 })) };
    const sent = dispatchRun(due, limits, nowMs);
    if (sent.run === null || sent.answer.kind !== "send") throw new Error("nothing was sent");
    const [batchId = ""] = sent.answer.batchIds;
    const take = { batchId, token: nowMs + 1_000 };
    const taken = takeBatch(sent.run, take, nowMs);
    if (taken.run === null) throw new Error("it was not taken");
    expect(renewLease(taken.run, take, nowMs + 6_000).run).toBeNull();
    expect(renewLease(taken.run, take, nowMs + 7_000).run).not.toBeNull();
    const settled = submitBatch(taken.run, take, nowMs);
    // Send, take, submit, and a renewal every third of a lease; five workers, a take of 4 s each.
    const writes = [sent, taken, settled].filter((decision) => decision.run !== null).length + 1;
    expect(writes).toBe(4);
    const unitsASecond = (5 / 4) * writes * Math.ceil(dynamoItemSize(run) / kilobyte);
    expect(unitsASecond).toBeLessThan(1_000);
  });
});

const manyUnits = Array.from({ length: 500 }, (_, day) => sampleUnit(day, siteUrl));
const worstFigures = {
  units: 1,
  requests: 4,
  retries: 3,
  deferred: 10,
  approaching: 1,
  exceeded: 1,
  durationMs: 4_000,
  memoryMb: 300,
  sentBySecond: { "1774000000": 1, "1774000001": 1, "1774000002": 1, "1774000003": 1 },
};

describe("the largest batch", () => {
  test("has as many units as an item can hold with all their failures and takes", () => {
    const [first = []] = splitIntoBatches(manyUnits, { batchSize: 500, concurrency: 1 });
    expect(first).toHaveLength(mostUnitsABatch);
    expect(dynamoItemSize(worstOf(newBatch("run-1", batchIdAt(0), first)))).toBeLessThan(
      390 * kilobyte,
    );
  });
});

describe("a batch that an outage puts back for days", () => {
  const unit = { status: "pending" as const, lastError: longText, notBeforeMs: nowMs };
  const fresh = newBatch("run-1", batchIdAt(0), manyUnits.slice(0, mostUnitsABatch));
  const afterDays = Array.from({ length: 6_000 }).reduce<Batch>(
    (batch, _, index) => {
      const token = nowMs + index;
      const claimed = claimBatch(batch, token, nowMs, 0.5);
      const second = String(1_774_000_000 + index * 15);
      const figures = { ...worstFigures, requests: 1, sentBySecond: { [second]: 1 } };
      return { ...claimed, takes: { ...claimed.takes, [token]: figures } };
    },
    { ...fresh, units: fresh.units.map((each) => ({ ...each, ...unit })) },
  );

  test("stays far below an item, and its latest takes are each by themselves", () => {
    expect(dynamoItemSize(afterDays)).toBeLessThan(150 * kilobyte);
    const tokens = Object.keys(afterDays.takes).map(Number);
    expect(Math.min(...tokens)).toBe(nowMs + 6_000 - tokens.length);
    expect(tokens.length).toBeLessThanOrEqual(mostTakes + 1);
  });

  test("has lost no figure of any take", () => {
    const { requests, batch, retries, memoryPeakMb, quota } = summariseRun(
      aRun(),
      [parseBatch(afterDays)],
      nowMs,
    );
    expect({ requests, count: batch.count, p99Ms: batch.p99Ms, retries, memoryPeakMb }).toEqual({
      requests: 6_000,
      count: 6_000,
      p99Ms: worstFigures.durationMs,
      retries: 6_000 * worstFigures.retries,
      memoryPeakMb: worstFigures.memoryMb,
    });
    expect(quota).toEqual({ approaching: 6_000, exceeded: 6_000, deferred: 60_000 });
  });

  test("keeps the seconds that its peak is made of", () => {
    const busy = { ...worstFigures, sentBySecond: { "1773999999": 40 } };
    const takes = { [nowMs - 1]: busy };
    const long = Array.from({ length: 3_000 }, (_, index) => [
      nowMs + index,
      { ...worstFigures, sentBySecond: { [1_774_000_000 + index * 15]: 1 } },
    ]);
    const all = { ...fresh, takes: { ...Object.fromEntries(long), ...takes } };
    const folded = claimBatch(all, nowMs + 9_000, nowMs, 0.5);
    expect(summariseRun(aRun(), [folded], nowMs).qpm.peak).toBe(44);
  });
});

/** Each unit tried to its last attempt, one at a time, in a take of its own. */
function worstOf(batch: Batch): Batch {
  const takes = Array.from({ length: batch.units.length * defaultMaxAttempts }, (_, index) => [
    String(nowMs + index),
    worstFigures,
  ]);
  const units = batch.units.map((unit) => ({
    ...unit,
    status: "failed" as const,
    attempts: defaultMaxAttempts,
    lastError: longText,
    notBeforeMs: nowMs,
  }));
  return { ...batch, units, takes: Object.fromEntries(takes) };
}

describe("the events of an execution", () => {
  test("stay below Step Functions' 25,000 whatever the last pass sends", () => {
    const lastPass = eventsOfPass(100);
    expect(handOverAtEvents + lastPass).toBeLessThan(20_000);
  });

  test("leave room for a day of retries", () => {
    const passes = handOverAtEvents / eventsOfPass(0);
    // Every second pass met a fault and was repeated: three events each.
    expect(handOverAtEvents + eventsOfPass(100) + (passes / 2) * 3).toBeLessThan(25_000);
  });
});

describe("what is beyond the largest run", () => {
  test("is refused with one line: reports of its own that no run can hold", () => {
    const definitions = definitionsOf(mostDefinitionBytes + 20 * kilobyte);
    const request = { siteUrl, from: "2026-03-01", to: "2026-03-02", definitions };
    const reports = definitions.map(({ id }) => id);
    expect(() => parseRunRequest({ ...request, reports }, nowMs)).toThrow(
      new InvalidRequestError([
        "the configured reports of this run hold 84 KB, and a run may hold 64 KB: ask for fewer at once, or shorten their filters",
      ]),
    );
    const few = parseRunRequest({ ...request, reports: reports.slice(0, 5) }, nowMs);
    expect(few.reports).toHaveLength(5);
  });
});
