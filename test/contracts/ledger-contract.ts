import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { newBatch } from "../../shared/ledger/batch.ts";
import { changed, unchanged } from "../../shared/ledger/decision.ts";
import type { Ledger } from "../../shared/ledger/ledger.ts";
import { acquireLock, releaseLock } from "../../shared/ledger/property-lock.ts";
import { batchIdAt, type Run } from "../../shared/ledger/run.ts";
import type { Settings } from "../../shared/ledger/settings.ts";
import { takeBatch } from "../../shared/ledger/transitions/take-batch.ts";
import { leaveWorkerSlot, takeWorkerSlot, workerSlotMs } from "../../shared/ledger/worker-slots.ts";
import { aRun } from "../support/samples/a-run.ts";
import { pacific } from "../support/samples/pacific.ts";
import { sampleUnit } from "../support/samples/row-samples.ts";

/** An empty ledger that several clients may share. */
export type LedgerStore = {
  client(defaults: Settings): Ledger;
  close(): Promise<void>;
};

const siteUrl = "sc-domain:example.com";
const runId = "run-1";

/** What every implementation of {@link Ledger} holds to. Stores are opened empty. */
export function describeLedger(name: string, openStore: () => Promise<LedgerStore>): void {
  describe(`${name}: the ledger contract`, () => {
    let store: LedgerStore;
    let ledger: Ledger;

    beforeEach(async () => {
      store = await openStore();
      ledger = store.client({ lever: 3 });
    });
    afterEach(() => store.close());

    function aBatch(index: number, token = 0) {
      return { ...newBatch(runId, batchIdAt(index), [sampleUnit(index)]), token };
    }

    describe("worker slots", () => {
      test("are given to as many as there are, by many at the same time", async () => {
        const given = await Promise.all(
          Array.from({ length: 12 }, (_, index) =>
            store
              .client({ lever: 3 })
              .changeWorkerSlots((slots) => takeWorkerSlot(slots, `${index}`, 3, 1_000)),
          ),
        );
        expect(given.filter(Boolean)).toHaveLength(3);
        expect(
          await ledger.changeWorkerSlots((slots) => takeWorkerSlot(slots, "late", 3, 1_000)),
        ).toBe(false);
      });

      test("are free again when they are left, or nobody keeps them", async () => {
        await ledger.changeWorkerSlots((slots) => takeWorkerSlot(slots, "a", 1, 1_000));
        expect(
          await ledger.changeWorkerSlots((slots) => takeWorkerSlot(slots, "b", 1, 1_001)),
        ).toBe(false);
        expect(await ledger.changeWorkerSlots((slots) => leaveWorkerSlot(slots, "a"))).toBe(true);
        expect(
          await ledger.changeWorkerSlots((slots) => takeWorkerSlot(slots, "b", 1, 1_002)),
        ).toBe(true);
        expect(
          await ledger.changeWorkerSlots((slots) => takeWorkerSlot(slots, "b", 0, 2_000)),
        ).toBe(true);
        const later = 2_000 + workerSlotMs;
        expect(
          await ledger.changeWorkerSlots((slots) => takeWorkerSlot(slots, "c", 1, later - 1)),
        ).toBe(false);
        expect(
          await ledger.changeWorkerSlots((slots) => takeWorkerSlot(slots, "c", 1, later)),
        ).toBe(true);
      });
    });

    describe("runs", () => {
      test("are created once, and come back as they were stored", async () => {
        const run = aRun({
          reason: "ä reason",
          qpm: 60,
          predecessor: "run-0",
          returned: [{ batchId: batchIdAt(3), notBeforeMs: 5, after: 1_774_000_000_122 }],
          inFlight: {
            [batchIdAt(1)]: { token: 1_774_000_000_123, untilMs: 9 },
            [batchIdAt(2)]: { token: 0, untilMs: 9, after: 7 },
          },
        });
        expect(await ledger.createRun(run)).toBe("created");
        expect(await ledger.createRun(aRun({ batches: 99 }))).toBe("exists");
        expect(await ledger.readRun(runId)).toEqual(run);
      });

      test("are created once by many at the same time", async () => {
        const answers = await Promise.all(
          Array.from({ length: 10 }, (_, batches) => ledger.createRun(aRun({ batches }))),
        );
        expect(answers.filter((answer) => answer === "created")).toHaveLength(1);
        const winner = answers.indexOf("created");
        expect((await ledger.readRun(runId))?.batches).toBe(winner);
      });

      test("that nobody created are undefined, and no change makes them", async () => {
        expect(await ledger.readRun("none")).toBeUndefined();
        expect(await ledger.changeRun("none", (run) => changed(run, "x"))).toBeUndefined();
        expect(await ledger.readRun("none")).toBeUndefined();
      });

      test("are listed newest first, as many as asked for", async () => {
        const runs = Array.from({ length: 120 }, (_, index) =>
          aRun({ runId: `run-${index}`, startedAtMs: 1_000_000 + ((index * 37) % 120) }),
        );
        await Promise.all(runs.map((run) => ledger.createRun(run)));
        const newest = runs.toSorted((a, b) => b.startedAtMs - a.startedAtMs);
        expect(await ledger.listRuns(5)).toEqual(newest.slice(0, 5));
        expect(await ledger.listRuns(110)).toEqual(newest.slice(0, 110));
        expect(await ledger.listRuns(1_000)).toEqual(newest);
      });

      test("are listed as they are now, not as they were created", async () => {
        await ledger.createRun(aRun());
        await ledger.changeRun(runId, (run) => changed({ ...run, status: "complete" }, null));
        expect(await ledger.listRuns(10)).toMatchObject([{ runId, status: "complete" }]);
      });

      test("are none in an empty ledger", async () => {
        expect(await ledger.listRuns(10)).toEqual([]);
      });
    });

    describe("changes of a run", () => {
      const increment = (run: Run) => changed({ ...run, next: run.next + 1 }, run.next);

      test("answer with the run as it then is", async () => {
        await ledger.createRun(aRun());
        expect(await ledger.changeRun(runId, increment)).toEqual({
          run: aRun({ next: 1 }),
          answer: 0,
        });
      });

      test("of 50 at the same time all count, each once", async () => {
        await ledger.createRun(aRun());
        const clients = [ledger, store.client({ lever: 3 })];
        const answers = await Promise.all(
          Array.from({ length: 50 }, (_, index) => clients[index % 2]?.changeRun(runId, increment)),
        );
        expect((await ledger.readRun(runId))?.next).toBe(50);
        const seen = answers.map((answer) => answer?.answer).sort((a = 0, b = 0) => a - b);
        expect(seen).toEqual(Array.from({ length: 50 }, (_, index) => index));
      });

      test("that take one batch, 20 at the same time, succeed once", async () => {
        const inFlight = { [batchIdAt(0)]: { token: 0, untilMs: 100 } };
        await ledger.createRun(aRun({ inFlight }));
        const answers = await Promise.all(
          Array.from({ length: 20 }, (_, index) =>
            ledger.changeRun(runId, (run) =>
              takeBatch(run, { batchId: batchIdAt(0), token: index + 1 }, 50),
            ),
          ),
        );
        const winners = answers.flatMap((answer, index) =>
          answer?.answer === "taken" ? [index + 1] : [],
        );
        expect(winners).toHaveLength(1);
        const run = await ledger.readRun(runId);
        expect(run?.inFlight[batchIdAt(0)]?.token).toBe(winners[0]);
      });

      test("that decide for none leave the run as it is", async () => {
        await ledger.createRun(aRun());
        const seen = await ledger.changeRun(runId, () => unchanged("no"));
        expect(seen).toEqual({ run: aRun(), answer: "no" });
        expect(await ledger.readRun(runId)).toEqual(aRun());
      });

      test("take entries out of the queue and the flight, not only add them", async () => {
        const run = aRun({
          returned: [{ batchId: batchIdAt(3), notBeforeMs: 5 }],
          inFlight: { [batchIdAt(1)]: { token: 7, untilMs: 9 } },
        });
        await ledger.createRun(run);
        const empty = { ...run, returned: [], inFlight: {}, reason: null };
        await ledger.changeRun(runId, () => changed(empty, null));
        expect(await ledger.readRun(runId)).toEqual(empty);
      });
    });

    describe("batches", () => {
      test("come back by their number, whole", async () => {
        const batches = Array.from({ length: 30 }, (_, index) => aBatch(index));
        await ledger.putBatches(batches.toReversed());
        expect(await ledger.readBatches(runId)).toEqual(batches);
        expect(await ledger.readBatch(runId, batchIdAt(7))).toEqual(batches[7]);
        expect(await ledger.readBatch(runId, batchIdAt(30))).toBeUndefined();
      });

      test("of another run are not found", async () => {
        await ledger.putBatches([aBatch(0), { ...aBatch(0), runId: "run-10" }]);
        expect(await ledger.readBatches(runId)).toEqual([aBatch(0)]);
        expect(await ledger.readBatches("run-2")).toEqual([]);
      });

      test("beyond a page of the store are all read", async () => {
        const units = Array.from({ length: 400 }, (_, day) => sampleUnit(day));
        const large = Array.from({ length: 25 }, (_, index) =>
          newBatch(runId, batchIdAt(index), units),
        );
        await ledger.putBatches(large);
        const read = await ledger.readBatches(runId);
        expect(read.map((batch) => batch.batchId)).toEqual(large.map((batch) => batch.batchId));
      });

      test("are planned anew by a newer planner; an older one is lost and changes nothing", async () => {
        const planned = (token: number) => [0, 1].map((index) => aBatch(index, token));
        expect(await ledger.putBatches(planned(5))).toBe("saved");
        expect(await ledger.putBatches(planned(6))).toBe("saved");
        expect(await ledger.putBatches(planned(5))).toBe("lost");
        expect(await ledger.readBatches(runId)).toEqual(planned(6));
      });

      test("that a take has touched are left alone by its planner", async () => {
        await ledger.putBatches([aBatch(0, 5)]);
        await ledger.saveBatch(aBatch(0, 7));
        expect(await ledger.putBatches([aBatch(0, 6)])).toBe("lost");
        expect(await ledger.readBatches(runId)).toEqual([aBatch(0, 7)]);
      });

      test("are saved by the newest take, as often as it likes; an older one is lost", async () => {
        await ledger.putBatches([aBatch(0)]);
        expect(await ledger.saveBatch(aBatch(0, 7))).toBe("saved");
        expect(await ledger.saveBatch(aBatch(0, 9))).toBe("saved");
        const again = { ...aBatch(0, 9), takes: { 9: figures } };
        expect(await ledger.saveBatch(again)).toBe("saved");
        expect(await ledger.saveBatch(again)).toBe("saved");
        expect(await ledger.saveBatch(aBatch(0, 8))).toBe("lost");
        expect(await ledger.readBatch(runId, batchIdAt(0))).toEqual(again);
      });

      test("are fenced by a take as it reads them: an older one writes no more", async () => {
        await ledger.putBatches([aBatch(0)]);
        const older = { ...aBatch(0, 7), takes: { 7: figures } };
        expect(await ledger.saveBatch(older)).toBe("saved");
        expect(await ledger.fenceBatch(runId, batchIdAt(0), 9)).toEqual({ ...older, token: 9 });
        expect(await ledger.saveBatch(older)).toBe("lost");
        expect(await ledger.fenceBatch(runId, batchIdAt(0), 8)).toBe("lost");
        expect(await ledger.fenceBatch(runId, batchIdAt(0), 9)).toEqual({ ...older, token: 9 });
        expect(await ledger.fenceBatch(runId, batchIdAt(7), 9)).toBeUndefined();
      });

      test("saved by many takes at the same time are the newest's", async () => {
        await ledger.putBatches([aBatch(0)]);
        const tokens = Array.from({ length: 20 }, (_, index) => ((index * 7) % 20) + 1);
        await Promise.all(tokens.map((token) => ledger.saveBatch(aBatch(0, token))));
        expect((await ledger.readBatch(runId, batchIdAt(0)))?.token).toBe(20);
      });
    });

    describe("tokens", () => {
      test("are the time, when it is later than the last", async () => {
        expect(await ledger.nextToken(siteUrl, 1_000)).toBe(1_000);
        expect(await ledger.nextToken(siteUrl, 2_000)).toBe(2_000);
        expect(await ledger.nextToken("sc-domain:other.com", 1_500)).toBe(1_500);
      });

      test("grow though the clock stands still or steps back", async () => {
        const clocks = [5_000, 5_000, 3_000, 5_001, 1, 9_000];
        const tokens: number[] = [];
        for (const nowMs of clocks) tokens.push(await ledger.nextToken(siteUrl, nowMs));
        expect(tokens).toEqual([5_000, 5_001, 5_002, 5_003, 5_004, 9_000]);
      });

      test("of 50 at the same time are all different, whatever their clocks say", async () => {
        const first = await ledger.nextToken(siteUrl, 500);
        const clients = [ledger, store.client({ lever: 1 })];
        const tokens = await Promise.all(
          Array.from({ length: 50 }, (_, index) =>
            clients[index % 2]?.nextToken(siteUrl, 500 + (index % 5) * 3),
          ),
        );
        expect(new Set(tokens).size).toBe(50);
        expect(Math.min(...tokens.map(Number))).toBeGreaterThan(first);
      });

      test("survive changes of the property's lock, and the lock survives them", async () => {
        await ledger.nextToken(siteUrl, 5_000);
        const lock = acquireLock({ holders: {} }, aRun(), 900, 0);
        await ledger.changeLock(siteUrl, () => lock);
        expect(await ledger.nextToken(siteUrl, 5)).toBe(5_001);
        expect(Object.keys((await ledger.readLock(siteUrl)).holders)).toEqual([runId]);
      });
    });

    describe("a property's lock", () => {
      const acquire = (run: Run, nowMs: number) =>
        ledger.changeLock(siteUrl, (lock) => acquireLock(lock, run, nowMs + 100, nowMs));
      const other = aRun({ runId: "run-2" });

      test("has no holder at first", async () => {
        expect(await ledger.readLock(siteUrl)).toEqual({ holders: {} });
      });

      test("is renewed by its holder and refused to another, until it is let go", async () => {
        expect((await acquire(aRun(), 0)).kind).toBe("changed");
        expect((await acquire(aRun(), 50)).kind).toBe("changed");
        expect(await acquire(other, 120)).toEqual({ kind: "held", by: runId });
        expect((await ledger.readLock(siteUrl)).holders[runId]?.untilMs).toBe(150);
        await ledger.changeLock(siteUrl, (lock) => ({
          kind: "changed",
          lock: releaseLock(lock, runId),
        }));
        expect((await acquire(other, 121)).kind).toBe("changed");
      });

      test("goes to another when its time is over", async () => {
        await acquire(aRun(), 0);
        expect((await acquire(other, 99)).kind).toBe("held");
        expect((await acquire(other, 100)).kind).toBe("changed");
        expect(Object.keys((await ledger.readLock(siteUrl)).holders)).toEqual(["run-2"]);
      });

      test("is held by two on other days that keep the auto sync", async () => {
        const days = { from: pacific("2025-12-01"), to: pacific("2025-12-31") };
        expect((await acquire(aRun({ keepAutoSync: true }), 0)).kind).toBe("changed");
        expect((await acquire({ ...other, ...days }, 50)).kind).toBe("held");
        const sync = { ...other, ...days, keepAutoSync: true };
        expect((await acquire(sync, 50)).kind).toBe("changed");
        expect((await ledger.readLock(siteUrl)).holders).toEqual({
          [runId]: { from: aRun().from, to: aRun().to, keepAutoSync: true, untilMs: 100 },
          "run-2": { ...days, keepAutoSync: true, untilMs: 150 },
        });
      });

      test("goes to one of many that ask at the same time", async () => {
        const decisions = await Promise.all(
          Array.from({ length: 15 }, (_, index) => acquire(aRun({ runId: `run-${index}` }), 0)),
        );
        const winner = decisions.findIndex((decision) => decision.kind === "changed");
        expect(decisions.filter((decision) => decision.kind === "held")).toHaveLength(14);
        expect(Object.keys((await ledger.readLock(siteUrl)).holders)).toEqual([`run-${winner}`]);
      });
    });

    test("settings that are set win over the defaults, one by one, for every client", async () => {
      await ledger.changeSettings({ lever: 1, qpm: 300 });
      const properties = { "sc-domain:a": { qpm: 50 } };
      expect(await ledger.changeSettings({ inFlight: 5, properties })).toMatchObject({ lever: 1 });
      await ledger.changeSettings({ properties: { "sc-domain:a": { limit: 60 } } });
      expect(await ledger.readSettings()).toEqual({
        lever: 1,
        qpm: 300,
        inFlight: 5,
        properties: { "sc-domain:a": { qpm: 50, limit: 60 } },
      });
    });

    test("settings that are unset have their defaults again; what is left of a scope stays", async () => {
      await ledger.changeSettings({
        lever: 1,
        queueSize: 7,
        properties: { "sc-domain:a": { qpm: 50, limit: 60 }, "sc-domain:b": { qpm: 9 } },
      });
      const unset = { qpm: null };
      const left = { lever: 3, queueSize: 7, properties: { "sc-domain:a": { limit: 60 } } };
      const change = { lever: null, properties: { "sc-domain:a": unset, "sc-domain:b": unset } };
      expect(await ledger.changeSettings(change)).toEqual(left);
      expect(await ledger.readSettings()).toEqual(left);
      expect((await store.client({ lever: 5 }).readSettings()).lever).toBe(5);
    });

    test("each change of the lever is kept, and setting it to what it is changes nothing", async () => {
      expect(await ledger.readLeverChanges()).toEqual([]);
      for (const change of [
        { lever: 1 },
        { qpm: 300 },
        { lever: 1 },
        { lever: 5 },
        { lever: null },
      ])
        await ledger.changeSettings(change);
      const changes = await ledger.readLeverChanges();
      expect(changes.map(({ lever }) => lever)).toEqual([1, 5, 3]);
      expect(changes.map(({ atMs }) => atMs)).toEqual(
        changes.map(({ atMs }) => atMs).toSorted((a, b) => a - b),
      );
    });

    test("settings can be changed by what is set, of which many at the same time lose nothing", async () => {
      expect(await ledger.readSetSettings()).toEqual({});
      const clients = [ledger, store.client({ lever: 5 })];
      await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          clients[index % 2]?.changeSettings((set) => ({ qpm: (set.qpm ?? 0) + 1 })),
        ),
      );
      expect(await ledger.readSetSettings()).toEqual({ qpm: 10 });
    });

    test("settings are the defaults until something is set", async () => {
      expect(await ledger.readSettings()).toEqual({ lever: 3 });
      expect(await store.client({ lever: 5 }).readSettings()).toEqual({ lever: 5 });
    });
  });
}

const figures = {
  units: 1,
  requests: 2,
  retries: 0,
  deferred: 0,
  exceeded: 0,
  durationMs: 1_234,
  memoryMb: 99,
  sentBySecond: { "1774000000": 2 },
};
