import { beforeEach, describe, expect, test } from "vitest";
import type { Batch } from "../../../shared/ledger/batch.ts";
import { changed } from "../../../shared/ledger/decision.ts";
import type { Ledger } from "../../../shared/ledger/ledger.ts";
import { acquireLock, lockMs } from "../../../shared/ledger/property-lock.ts";
import { batchIdAt } from "../../../shared/ledger/run.ts";
import { haltRun } from "../../../shared/ledger/transitions/halt-run.ts";
import { resumeRun } from "../../../shared/ledger/transitions/resume-run.ts";
import type { RowStore } from "../../../shared/rows/row-store.ts";
import type { UnitRecord } from "../../../shared/rows/unit-record.ts";
import { planRun } from "../../../shared/sync/plan/plan-run.ts";
import { intercept } from "../../support/fakes/intercept.ts";
import { mortalProcess } from "../../support/homes/mortal-worker.ts";
import { aRun } from "../../support/samples/a-run.ts";
import { pacific } from "../../support/samples/pacific.ts";
import { sampleRecord, sampleRows } from "../../support/samples/row-samples.ts";
import { memoryLedger } from "../../support/stores/memory-ledger.ts";
import { memoryRowStore } from "../../support/stores/memory-row-store.ts";

const nowMs = Date.parse("2026-04-01T12:00:00Z");
const siteUrl = "sc-domain:example.com";
const executionName = "exec-1";
const request = { siteUrl, from: "2026-03-01", to: "2026-03-20" };

describe("planning a run", () => {
  let ledger: Ledger;
  let rows: RowStore;

  beforeEach(() => {
    ledger = memoryLedger({ lever: 5 });
    rows = memoryRowStore();
  });

  function plan(of: unknown = request, execution = executionName) {
    return planRun({ request: of, executionName: execution }, { ledger, rows, nowMs: () => nowMs });
  }

  async function plannedDates(runId = executionName): Promise<readonly string[]> {
    return (await ledger.readBatches(runId)).flatMap(({ units }) => units.map(({ date }) => date));
  }

  async function store(date: string, changes: Partial<UnitRecord> = {}): Promise<void> {
    const unit = { siteUrl, report: "page_query", date: pacific(date) };
    const record = sampleRecord(unit, 1, [sampleRows(2)], { fetchedAtMs: nowMs, ...changes });
    await rows.beginGeneration(unit, 1, nowMs);
    await rows.completeUnit(record, nowMs);
  }

  test("makes a running run of the request, with its batches in order and the property locked", async () => {
    expect(await plan({ ...request, concurrency: 1, batchSize: 4, qpm: 60 })).toMatchObject({
      runId: executionName,
    });
    expect(await ledger.readRun(executionName)).toMatchObject({
      status: "running",
      execution: executionName,
      siteUrl,
      accountId: "default",
      reports: ["page_query"],
      qpm: 60,
      plannedUnits: 20,
      skippedUnits: 0,
      batches: 5,
      activeSinceMs: nowMs,
    });
    const batches = await ledger.readBatches(executionName);
    expect(batches.map(({ batchId }) => batchId)).toEqual([0, 1, 2, 3, 4].map(batchIdAt));
    expect(batches.map(({ units }) => units.length)).toEqual([4, 4, 4, 4, 4]);
    expect(await plannedDates()).toEqual(
      Array.from({ length: 20 }, (_, index) => `2026-03-${String(index + 1).padStart(2, "0")}`),
    );
    expect((await ledger.readLock(siteUrl)).holders).toEqual({
      [executionName]: {
        from: request.from,
        to: request.to,
        keepAutoSync: false,
        untilMs: nowMs + lockMs,
      },
    });
  });

  test.each([
    ["no one says otherwise", {}, {}, { maxInFlight: 10, maxQueueSize: 1_000 }],
    [
      "the lever is set",
      {},
      { inFlight: 20, queueSize: 50 },
      { maxInFlight: 20, maxQueueSize: 50 },
    ],
    ["the request says so", { maxInFlight: 4 }, { inFlight: 20 }, { maxInFlight: 4 }],
  ])("limits queue and in flight as they are when %s", async (_, asked, set, limits) => {
    await ledger.changeSettings(set);
    await plan({ ...request, ...asked });
    expect(await ledger.readRun(executionName)).toMatchObject(limits);
  });

  test("names the run as the request does", async () => {
    expect(await plan({ ...request, runId: "nightly-7" })).toMatchObject({ runId: "nightly-7" });
    expect(await ledger.readRun("nightly-7")).toMatchObject({ execution: executionName });
  });

  test("skips what is complete and final, and nothing else", async () => {
    await store("2026-03-02");
    await store("2026-03-03", { firstIncompleteDate: pacific("2026-03-03") });
    await store("2026-03-05", { fetchedAtMs: Date.parse("2026-03-06T12:00:00Z") });
    await plan({ ...request, to: "2026-03-06" });
    expect(await plannedDates()).toEqual([
      "2026-03-01",
      "2026-03-03",
      "2026-03-04",
      "2026-03-05",
      "2026-03-06",
    ]);
    expect(await ledger.readRun(executionName)).toMatchObject({
      plannedUnits: 5,
      skippedUnits: 1,
    });
  });

  test("believes an empty unit when a newer day beyond its own range vouches for it", async () => {
    const empty = { rows: 0, fetchedRows: 0, pages: [], fetchedAtMs: nowMs };
    await store("2026-03-26", empty);
    await plan({ ...request, from: "2026-03-26", to: "2026-03-26" });
    expect(await plannedDates()).toEqual(["2026-03-26"]);
    await ledger.changeRun(executionName, (run) => changed({ ...run, status: "complete" }, null));
    await store("2026-03-27");
    await ledger.changeLock(siteUrl, () => ({ kind: "changed", lock: { holders: {} } }));
    await plan({ ...request, from: "2026-03-26", to: "2026-03-26" }, "exec-2");
    expect(await ledger.readRun("exec-2")).toMatchObject({ plannedUnits: 0, skippedUnits: 1 });
  });

  test("skips nothing when forced", async () => {
    await store("2026-03-02");
    await plan({ ...request, force: true });
    expect(await ledger.readRun(executionName)).toMatchObject({
      plannedUnits: 20,
      skippedUnits: 0,
    });
  });

  test("of nothing but final units starts a run without batches", async () => {
    await store("2026-03-02");
    await plan({ ...request, from: "2026-03-02", to: "2026-03-02" });
    expect(await ledger.readRun(executionName)).toMatchObject({
      status: "running",
      batches: 0,
      skippedUnits: 1,
    });
  });

  test("again leaves a run that has started alone", async () => {
    await plan();
    await ledger.changeRun(executionName, (run) => changed({ ...run, next: 3 }, null));
    const [run, batches] = [
      await ledger.readRun(executionName),
      await ledger.readBatches(executionName),
    ];
    await store("2026-03-02");
    expect(await plan()).toMatchObject({ runId: executionName });
    expect(await ledger.readRun(executionName)).toEqual(run);
    expect(await ledger.readBatches(executionName)).toEqual(batches);
  });

  test("of a run that exists reads nothing but its name, so that a resume needs no more", async () => {
    await ledger.createRun(aRun({ status: "planned", batches: 0, execution: "run-1-again" }));
    expect(await plan({ runId: "run-1" }, "run-1-again")).toMatchObject({ runId: "run-1" });
    expect(await ledger.readRun("run-1")).toMatchObject({ status: "running", plannedUnits: 31 });
  });

  test("by a planner whose run another execution works on by now changes nothing", async () => {
    const run = aRun({ status: "planned", batches: 0, execution: "run-1-again" });
    await ledger.createRun(run);
    expect(await plan({ runId: "run-1" }, "run-1")).toMatchObject({ runId: "run-1" });
    expect(await ledger.readRun("run-1")).toEqual(run);
    expect(await ledger.readBatches("run-1")).toEqual([]);
  });

  test("by a planner that wakes after the run was resumed loses no unit", async () => {
    const asleep = Promise.withResolvers<void>();
    const woken = Promise.withResolvers<void>();
    const slow: Ledger = {
      ...ledger,
      async putBatches(batches) {
        asleep.resolve();
        await woken.promise;
        return ledger.putBatches(batches);
      },
    };
    const ports = { rows, nowMs: () => nowMs };
    const stale = planRun({ request, executionName }, { ...ports, ledger: slow });
    await asleep.promise;
    const reason = "asked";
    await ledger.changeRun(executionName, (run) => haltRun(run, { reason, endsAs: "halted" }, 1));
    await ledger.changeRun(executionName, (run) =>
      resumeRun(run, { execution: "again", sequential: true }, 2),
    );
    await planRun(
      { request: { runId: executionName }, executionName: "again" },
      { ...ports, ledger },
    );
    const planned = await ledger.readBatches(executionName);
    woken.resolve();
    await stale;
    expect(await ledger.readBatches(executionName)).toEqual(planned);
    const dates = planned.flatMap((batch) => batch.units.map((unit) => unit.date));
    expect(new Set(dates).size).toBe((await ledger.readRun(executionName))?.plannedUnits);
  });

  test("by a planner that stood still before its token leaves alone what was done meanwhile", async () => {
    const asleep = Promise.withResolvers<void>();
    const woken = Promise.withResolvers<void>();
    const slow: Ledger = {
      ...ledger,
      async nextToken(property, atMs) {
        asleep.resolve();
        await woken.promise;
        return ledger.nextToken(property, atMs);
      },
    };
    const stale = planRun({ request, executionName }, { ledger: slow, rows, nowMs: () => nowMs });
    await asleep.promise;
    await plan();
    const [batch] = await ledger.readBatches(executionName);
    if (batch === undefined) throw new Error("there is no batch");
    const token = await ledger.nextToken(siteUrl, nowMs);
    const units = batch.units.map((unit) => ({ ...unit, status: "done" as const }));
    await ledger.saveBatch({ ...batch, token, units });
    const done = await ledger.readBatches(executionName);
    woken.resolve();
    await stale;
    expect(await ledger.readBatches(executionName)).toEqual(done);
  });

  test("by a planner that wakes when its run has ended leaves the property to others", async () => {
    const ending: Ledger = {
      ...ledger,
      async changeLock(property, decide) {
        await ledger.changeRun(executionName, (run) =>
          haltRun(run, { reason: "asked", endsAs: "halted" }, 1),
        );
        return ledger.changeLock(property, decide);
      },
    };
    await planRun({ request, executionName }, { ledger: ending, rows, nowMs: () => nowMs });
    expect(await ledger.readLock(siteUrl)).toEqual({ holders: {} });
  });

  test("started twice at once, it is planned and started once", async () => {
    const racing: Ledger = {
      ...ledger,
      // The other one is through between our look and our creation.
      async createRun(run) {
        await plan();
        await ledger.changeRun(executionName, (found) => changed({ ...found, next: 3 }, null));
        await store("2026-03-02");
        return ledger.createRun(run);
      },
    };
    const ports = { ledger: racing, rows, nowMs: () => nowMs };
    expect(await planRun({ request, executionName }, ports)).toMatchObject({
      runId: executionName,
    });
    expect(await ledger.readRun(executionName)).toMatchObject({ plannedUnits: 20, next: 3 });
    expect(await plannedDates()).toHaveLength(20);
  });

  test.each(["before", "after"] as const)(
    "that dies %s any of its calls is done again by the next one, as if nothing had been",
    async (moment) => {
      await plan();
      const whole = [
        await ledger.readRun(executionName),
        withoutTokens(await ledger.readBatches(executionName)),
        await ledger.readLock(siteUrl),
      ];
      let deaths = 0;
      for (let fatal = 1; ; fatal += 1) {
        ledger = memoryLedger({ lever: 5 });
        const { around, death } = mortalProcess((_, nth) => (nth === fatal ? moment : "live"));
        const dying = planRun(
          { request, executionName },
          {
            ledger: intercept("ledger", ledger, around),
            rows: intercept("rows", rows, around),
            nowMs: () => nowMs,
          },
        );
        if ((await Promise.race([dying, death])) !== "died") break;
        deaths += 1;
        await plan();
        expect(await ledger.readRun(executionName)).toEqual(whole[0]);
        expect(withoutTokens(await ledger.readBatches(executionName))).toEqual(whole[1]);
        expect(await ledger.readLock(siteUrl)).toEqual(whole[2]);
      }
      expect(deaths).toBe(9);
    },
  );

  test("refuses a property that another run has, and says which", async () => {
    await ledger.changeLock(siteUrl, (lock) =>
      acquireLock(lock, aRun({ runId: "run-7" }), nowMs + 1_000, nowMs),
    );
    await expect(plan()).rejects.toMatchObject({
      code: "PROPERTY_BUSY",
      message: expect.stringContaining("run-7"),
    });
    expect(await ledger.readBatches(executionName)).toEqual([]);
  });

  test("goes on beside a run on other days when both keep the auto sync, and only then", async () => {
    const sync = { siteUrl, from: "2026-03-21", to: "2026-03-31", keepAutoSync: true };
    await plan({ ...request, keepAutoSync: true });
    await expect(plan({ ...sync, keepAutoSync: false }, "alone")).rejects.toMatchObject({
      code: "PROPERTY_BUSY",
    });
    await plan(sync, "sync");
    expect(Object.keys((await ledger.readLock(siteUrl)).holders)).toEqual([executionName, "sync"]);
    expect(await plannedDates("sync")).toEqual(
      Array.from({ length: 11 }, (_, index) => `2026-03-${21 + index}`),
    );
  });
});

describe("a bad request", () => {
  const ports = { ledger: memoryLedger({ lever: 5 }), rows: memoryRowStore(), nowMs: () => nowMs };

  async function faultsOf(of: unknown): Promise<string> {
    const error = await planRun({ request: of, executionName }, ports).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ name: "InvalidRequestError", code: "INVALID_REQUEST" });
    return error instanceof Error ? error.message : "";
  }

  test("has every fault listed in one message, and makes no run", async () => {
    const message = await faultsOf({
      siteUrl: "example.com",
      from: "2026-04-20",
      to: "2026-04-10",
      concurrency: 9,
      reports: ["page_query", "no_such_report"],
      surprise: 1,
    });
    for (const part of [
      "siteUrl example.com is not a property: write sc-domain:",
      "concurrency",
      "surprise",
      "the range ends (2026-04-10) before it begins (2026-04-20)",
      "2026-04-10 is in the future",
      "there is no report no_such_report",
    ]) {
      expect(message).toContain(part);
    }
    expect(await ports.ledger.listRuns(5)).toEqual([]);
  });

  test.each([
    ["nothing at all", undefined, "expected object"],
    ["a date that is none", { ...request, from: "2026-02-30" }, "from is not a date"],
    ["a range in the future", { ...request, to: "2026-04-02" }, "in the future"],
    ["a range too long ago", { ...request, from: "2024-01-01" }, "Search Console keeps 16 months"],
    ["the same, forced", { ...request, from: "2024-01-01", force: true }, "keeps 16 months"],
    ["no report", { ...request, reports: [] }, "reports"],
  ])("(%s) says what is wrong", async (_, of, expected) => {
    expect(await faultsOf(of)).toContain(expected);
  });
});

/** Each planner has a token of its own; what it plans is the same. */
function withoutTokens(batches: readonly Batch[]) {
  return batches.map(({ token: _, ...batch }) => batch);
}
