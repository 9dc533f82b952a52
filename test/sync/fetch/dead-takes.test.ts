import { describe, expect, test } from "vitest";
import { leaseMs } from "../../../shared/ledger/run.ts";
import { workBatch } from "../../../shared/sync/fetch/work-batch.ts";
import type { PortCall } from "../../support/fakes/intercept.ts";
import { defaultRows } from "../../support/fakes/scripted-search-console.ts";
import { type Fate, mortalWorker } from "../../support/homes/mortal-worker.ts";
import { dateAt, runId, type SyncWorld, syncWorld } from "../../support/homes/sync-world.ts";

const unitCount = 5;
const truth = Array.from({ length: unitCount }, (_, index) => dateAt(index)).flatMap((date) =>
  defaultRows(date).map((row) => `${date} ${row.keys[0]}`),
);

/** Works the batch until its worker dies; how it died or ended. */
function workUntilDeath(world: SyncWorld, batchId: string, fate: Fate): Promise<unknown> {
  const { ports, death } = mortalWorker(world.ports, fate);
  return Promise.race([workBatch({ runId, batchId }, ports), death]);
}

function isSendOf(call: PortCall, date: string): boolean {
  const [request] = call.args;
  return (
    call.method === "fetchPage" &&
    typeof request === "object" &&
    request !== null &&
    "date" in request &&
    request.date === date
  );
}

describe.each(["before", "after"] as const)("a take that dies %s any of its calls", (moment) => {
  test.each([1, 3])("with %i unit(s) at once: the rows are complete, once", async (unitsAtOnce) => {
    let deaths = 0;
    for (let fatal = 1; ; fatal += 1) {
      const world = syncWorld({ unitsAtOnce });
      await world.start([unitCount]);
      const [batchId = ""] = await world.send();
      const end = await workUntilDeath(world, batchId, (_, nth) =>
        nth === fatal ? moment : "live",
      );
      if (end !== "died") break;
      deaths += 1;
      const at = `death at call ${fatal}`;
      expect((await world.finish()).status, at).toBe("complete");
      expect(await world.visible(), at).toEqual(truth);
      const { units } = await world.batch(0);
      // One take died: no unit has lost more than one attempt, and only those begun have lost any.
      const lost = units.filter(({ attempts }) => attempts > 0);
      expect(Math.max(...units.map(({ attempts }) => attempts)), at).toBeLessThanOrEqual(1);
      expect(lost.length, at).toBeLessThanOrEqual(unitsAtOnce);
      expect(
        units.every(({ begun, status }) => !begun && status === "done"),
        at,
      ).toBe(true);
      const summary = await world.summary();
      expect(summary, at).toMatchObject({ rows: truth.length, pages: unitCount, duplicates: 0 });
      const { sent } = world.searchConsole;
      expect(sent.length, at).toBeLessThanOrEqual(unitCount + unitsAtOnce);
      expect(summary.requests, at).toBeLessThanOrEqual(sent.length);
    }
    expect(deaths).toBeGreaterThan(20);
  });
});

describe("a take that died", () => {
  test("is followed by another no sooner than its lease runs out", async () => {
    const world = syncWorld();
    await world.start([unitCount]);
    const [batchId = ""] = await world.send();
    await workUntilDeath(world, batchId, ({ method }) =>
      method === "fetchPage" ? "before" : "live",
    );
    const diedAtMs = world.clock.nowMs();
    await world.finish();
    expect((world.searchConsole.sent[0]?.atMs ?? 0) - diedAtMs).toBeGreaterThanOrEqual(
      leaseMs - 1_000,
    );
  });

  test("costs the units that it had begun an attempt, and no other", async () => {
    const world = syncWorld({ unitsAtOnce: 2 });
    await world.start([unitCount]);
    const [batchId = ""] = await world.send();
    await workUntilDeath(world, batchId, (call) => (isSendOf(call, dateAt(2)) ? "before" : "live"));
    const begun = (await world.batch(0)).units.filter((unit) => unit.begun).map(({ date }) => date);
    expect(begun).toContain(dateAt(2));
    expect(begun.length).toBeLessThanOrEqual(2);
    await world.finish();
    const { units } = await world.batch(0);
    for (const unit of units) {
      const stored = world.searchConsole.sent.some(({ date }) => date === unit.date);
      expect(stored).toBe(true);
      if (!begun.includes(unit.date)) expect(unit.attempts).toBe(0);
    }
    expect(units[2]).toMatchObject({ attempts: 1, suspect: true, status: "done", lastError: null });
  });

  test("after a flip that the ledger did not hear of costs that unit neither a request nor an attempt", async () => {
    const world = syncWorld({ unitsAtOnce: 1 });
    await world.start([unitCount]);
    const [batchId = ""] = await world.send();
    await workUntilDeath(world, batchId, ({ method }) =>
      method === "completeUnit" ? "after" : "live",
    );
    expect((await world.batch(0)).units[0]).toMatchObject({ status: "pending", begun: true });
    await world.finish();
    expect(world.searchConsole.sent).toHaveLength(unitCount);
    expect((await world.batch(0)).units[0]).toMatchObject({ attempts: 0, suspect: false });
  });

  test("on its last attempt, after the flip, leaves a unit that is done", async () => {
    const world = syncWorld({ unitsAtOnce: 1 });
    await world.start([1]);
    const batch = await world.batch(0);
    await world.ledger.putBatches([
      { ...batch, units: batch.units.map((unit) => ({ ...unit, attempts: 7 })) },
    ]);
    const [batchId = ""] = await world.send();
    await workUntilDeath(world, batchId, ({ method }) =>
      method === "completeUnit" ? "after" : "live",
    );
    expect((await world.finish()).status).toBe("complete");
    expect((await world.batch(0)).units[0]?.status).toBe("done");
  });

  test("has the requests counted that it had sent before its last unit", async () => {
    const world = syncWorld({ unitsAtOnce: 1 });
    await world.start([unitCount]);
    const [batchId = ""] = await world.send();
    await workUntilDeath(world, batchId, (call) => (isSendOf(call, dateAt(3)) ? "before" : "live"));
    await world.finish();
    expect(world.searchConsole.sent).toHaveLength(unitCount);
    expect(await world.summary()).toMatchObject({ requests: unitCount });
    const takes = Object.values((await world.batch(0)).takes);
    // The dead take, the one for the sibling, and, after its wait, the one for the suspect.
    expect(takes.map(({ units }) => units)).toEqual([3, 1, 1]);
  });

  test("after its figures were written counts them once", async () => {
    const world = syncWorld({ unitsAtOnce: 1 });
    await world.start([unitCount]);
    const [batchId = ""] = await world.send();
    let settledUnits = 0;
    await workUntilDeath(world, batchId, ({ method }) => {
      if (method === "completeUnit") settledUnits += 1;
      return method === "changeRun" && settledUnits === unitCount ? "before" : "live";
    });
    expect((await world.finish()).status).toBe("complete");
    expect(await world.summary()).toMatchObject({
      requests: unitCount,
      pages: unitCount,
      rows: truth.length,
      batch: { count: 1 },
    });
    expect(world.searchConsole.sent).toHaveLength(unitCount);
  });
});

test("a unit that kills its worker each time fails alone, and its siblings are worked without it", async () => {
  const world = syncWorld({ unitsAtOnce: unitCount });
  const killer = dateAt(2);
  await world.start([unitCount]);
  const closed = await world.finish((batchId) =>
    workUntilDeath(world, batchId, (call) => (isSendOf(call, killer) ? "after" : "live")),
  );
  expect(closed.status).toBe("completed_with_failures");
  const { units } = await world.batch(0);
  expect(units[2]).toMatchObject({
    status: "failed",
    attempts: 8,
    lastError: "the worker that fetched it died",
  });
  const siblings = units.filter(({ date }) => date !== killer);
  expect(siblings.every(({ status }) => status === "done")).toBe(true);
  expect(Math.max(...siblings.map(({ attempts }) => attempts))).toBeLessThanOrEqual(1);
  expect(await world.visible()).toEqual(truth.filter((row) => !row.startsWith(killer)));
});

test("a worker that was thought dead and comes back changes nothing", async () => {
  const world = syncWorld({ unitsAtOnce: 1 });
  await world.start([unitCount]);
  await world.send();
  const { promise: asleep, resolve: wake } = Promise.withResolvers<void>();
  let sleeping = false;
  const working = world.work(0, {
    ...world.ports,
    clock: {
      ...world.clock,
      // Its process does not run: neither its work nor its watch.
      sleep: async (ms, signal) => {
        await world.clock.sleep(ms, signal);
        if (sleeping) await asleep;
      },
    },
    searchConsole: {
      async fetchPage(request, signal) {
        const page = await world.searchConsole.fetchPage(request, signal);
        sleeping = true;
        await asleep;
        return page;
      },
    },
  });
  expect((await world.finish()).status).toBe("complete");
  const [batch, run, rows] = [await world.batch(0), await world.run(), await world.visible()];
  const records = await world.rows.readUnits(run);
  wake();
  expect((await working).kind).toBe("lost");
  expect(await world.batch(0)).toEqual(batch);
  expect(await world.run()).toEqual(run);
  expect(await world.rows.readUnits(run)).toEqual(records);
  expect(await world.visible()).toEqual(rows);
});
