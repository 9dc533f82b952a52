import { describe, expect, test } from "vitest";
import type { WorkPorts } from "../../../shared/sync/fetch/fetch-ports.ts";
import { failure, refusal, transient } from "../../support/fakes/scripted-search-console.ts";
import { dateAt, type SyncWorld, syncWorld } from "../../support/homes/sync-world.ts";
import { sampleRows } from "../../support/samples/row-samples.ts";

const twoPages = sampleRows(25_001);

async function workFirst(world: SyncWorld, ports?: WorkPorts) {
  await world.start([1]);
  await world.send();
  return world.work(0, ports);
}

/** Claims and sends in the order in which they happened. */
function claimsAndSends(world: SyncWorld): readonly string[] {
  return world.calls.map(({ method }) => method).filter((method) => /claim|fetchPage/.test(method));
}

describe("each send", () => {
  test("is claimed just before it, retries too", async () => {
    const world = syncWorld({
      rowsOf: () => twoPages,
      fault: (_request, nth) => (nth < 3 ? transient() : undefined),
    });
    expect((await workFirst(world)).kind).toBe("settled");
    expect(world.searchConsole.sent).toHaveLength(6);
    expect(claimsAndSends(world)).toEqual(Array(6).fill(["claim", "fetchPage"]).flat());
    const { takes } = await world.batch(0);
    expect(Object.values(takes)).toMatchObject([{ requests: 6, retries: 4, exceeded: 0 }]);
    const sentBySecond = Object.values(takes).flatMap((take) => Object.values(take.sentBySecond));
    expect(sentBySecond.reduce((sum, sent) => sum + sent, 0)).toBe(6);
  });

  test("is claimed anew when the grant came too late to be used", async () => {
    const world = syncWorld();
    let claims = 0;
    const ports: WorkPorts = {
      ...world.ports,
      quota: {
        ...world.quota,
        async claim(scopes, requests) {
          claims += 1;
          const claim = await world.quota.claim(scopes, requests);
          if (claims <= 2) await world.clock.sleep(1_000);
          return claim;
        },
      },
    };
    expect((await workFirst(world, ports)).kind).toBe("settled");
    expect(claims).toBe(3);
    expect(world.searchConsole.sent).toHaveLength(1);
  });

  test("is claimed once its token is there, however long that takes", async () => {
    const world = syncWorld();
    const happened: string[] = [];
    const ports: WorkPorts = {
      ...world.ports,
      searchConsole: {
        async ready() {
          await world.clock.sleep(30_000);
          happened.push("ready");
        },
        fetchPage(request, signal) {
          happened.push("fetchPage");
          return world.searchConsole.fetchPage(request, signal);
        },
      },
      quota: {
        ...world.quota,
        claim(scopes, requests) {
          happened.push("claim");
          return world.quota.claim(scopes, requests);
        },
      },
    };
    await workFirst(world, ports);
    expect(happened).toEqual(["ready", "claim", "fetchPage"]);
  });

  test("without credentials is neither claimed nor counted, and ends the run", async () => {
    const world = syncWorld();
    const ports: WorkPorts = {
      ...world.ports,
      searchConsole: {
        ...world.searchConsole,
        ready: () => Promise.reject(failure({ kind: "credentials" })),
      },
    };
    expect((await workFirst(world, ports)).kind).toBe("halted");
    expect(claimsAndSends(world)).toEqual([]);
    const { takes } = await world.batch(0);
    expect(Object.values(takes).filter(({ requests }) => requests > 0)).toEqual([]);
  });

  test("is not made when the quota cannot be reached", async () => {
    const world = syncWorld();
    const ports: WorkPorts = {
      ...world.ports,
      quota: { ...world.quota, claim: () => Promise.reject(new Error("no quota table")) },
    };
    expect((await workFirst(world, ports)).kind).toBe("returned");
    expect(world.searchConsole.sent).toEqual([]);
    expect((await world.batch(0)).units[0]?.lastError).toContain("no quota table");
  });
});

describe("a transient fault", () => {
  test("is retried with growing waits, four sends in all", async () => {
    const world = syncWorld({ fault: (_request, nth) => (nth <= 3 ? transient() : undefined) });
    expect((await workFirst(world)).kind).toBe("settled");
    const times = world.searchConsole.sent.map(({ atMs }) => atMs);
    const waits = times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0));
    expect(waits).toHaveLength(3);
    expect(waits).toEqual(waits.toSorted((a, b) => a - b));
    expect(waits[0]).toBeGreaterThan(100);
  });

  test("that stays fails the attempt; the batch comes back after a wait, and is done then", async () => {
    const world = syncWorld({ fault: (_request, nth) => (nth <= 4 ? transient() : undefined) });
    expect((await workFirst(world)).kind).toBe("returned");
    expect(world.searchConsole.sent).toHaveLength(4);
    const [unit] = (await world.batch(0)).units;
    expect(unit).toMatchObject({
      status: "pending",
      attempts: 1,
      begun: false,
      suspect: false,
      lastError: "Google says transient",
    });
    const { returned } = await world.run();
    expect(returned[0]?.notBeforeMs).toBe(unit?.notBeforeMs);
    expect(unit?.notBeforeMs).toBeGreaterThan(world.clock.nowMs());
    expect((await world.finish()).status).toBe("complete");
    expect(world.searchConsole.sent[4]?.atMs).toBeGreaterThanOrEqual(unit?.notBeforeMs ?? 0);
  });

  test("with a short Retry-After is waited out in place", async () => {
    const world = syncWorld({
      fault: (_request, nth) => (nth === 1 ? transient(4_000) : undefined),
    });
    expect((await workFirst(world)).kind).toBe("settled");
    const [first, second] = world.searchConsole.sent;
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(4_000);
  });

  test("with a long Retry-After is waited out in the queue, not by the worker", async () => {
    const world = syncWorld({
      fault: (_request, nth) => (nth === 1 ? transient(3_600_000) : undefined),
    });
    const startedAtMs = world.clock.nowMs();
    expect((await workFirst(world)).kind).toBe("returned");
    expect(world.clock.nowMs() - startedAtMs).toBeLessThan(5_000);
    const notBeforeMs = (await world.run()).returned[0]?.notBeforeMs ?? 0;
    expect(notBeforeMs - startedAtMs).toBeGreaterThanOrEqual(3_600_000);
  });
});

describe("an answer that cannot be used", () => {
  const unusable = (believedAfter: number) => failure({ kind: "unusable", believedAfter });

  test.each([2, 4])("is final once it has come %i times", async (believedAfter) => {
    const world = syncWorld({ fault: () => unusable(believedAfter) });
    await workFirst(world);
    expect(world.searchConsole.sent).toHaveLength(believedAfter);
    const [unit] = (await world.batch(0)).units;
    expect(unit).toMatchObject({ status: "failed", lastError: "Google says unusable" });
    expect((await world.finish()).status).toBe("completed_with_failures");
  });

  test("is sent again, and believed only when it comes twice in a row", async () => {
    const faults = [unusable(2), transient(), unusable(2)];
    const world = syncWorld({ fault: (_request, nth) => faults[nth - 1] });
    expect((await workFirst(world)).kind).toBe("settled");
    expect(world.searchConsole.sent).toHaveLength(4);
    expect((await world.finish()).status).toBe("complete");
  });
});

describe("when Google refuses for its quota", () => {
  test("once, the page is asked again a moment later, and the scope stays open", async () => {
    const world = syncWorld({
      fault: (_request, nth) => (nth === 1 ? refusal("minute") : undefined),
    });
    expect((await workFirst(world)).kind).toBe("settled");
    const [refused, again] = world.searchConsole.sent;
    expect((again?.atMs ?? 0) - (refused?.atMs ?? 0)).toBeLessThan(1_000);
    expect(await world.quota.usage(world.scopes)).toMatchObject([{ closedUntilMs: null }, {}, {}]);
    expect(await world.summary()).toMatchObject({ quota: { exceeded: 1 }, retries: 0 });
  });

  test("a page again and again that others are not refused, its batch comes back later", async () => {
    const world = syncWorld({
      fault: ({ date }, nth) => (date === dateAt(0) && nth <= 12 ? refusal("minute") : undefined),
    });
    await world.start([20]);
    await world.send();
    expect((await world.work(0)).kind).toBe("returned");
    expect((await world.batch(0)).units[0]).toMatchObject({ attempts: 0, status: "pending" });
    expect((await world.finish()).status).toBe("complete");
  });

  test("until that is believed, the scope closes, the batch comes back after it opens, and no attempt is counted", async () => {
    const world = syncWorld({
      fault: (_request, nth) => (nth <= 8 ? refusal("minute") : undefined),
    });
    expect((await workFirst(world)).kind).toBe("returned");
    const [usage] = await world.quota.usage(world.scopes);
    expect(usage?.closedUntilMs).toBeGreaterThan(world.clock.nowMs() + 50_000);
    const run = await world.run();
    expect(run.returned[0]?.notBeforeMs).toBe(usage?.closedUntilMs);
    expect(run.reason).toBe(usage?.reason);
    expect((await world.batch(0)).units[0]).toMatchObject({ attempts: 0, begun: false });
    expect(await world.summary()).toMatchObject({ quota: { exceeded: 8 }, retries: 0 });

    expect((await world.finish()).status).toBe("complete");
    expect(world.searchConsole.sent).toHaveLength(9);
    expect(world.searchConsole.sent[8]?.atMs).toBeGreaterThanOrEqual(usage?.closedUntilMs ?? 0);
  });

  test("a unit in its middle waits for a minute rather than begin again", async () => {
    const world = syncWorld({
      rowsOf: () => twoPages,
      fault: ({ startRow }, nth) => (startRow > 0 && nth <= 8 ? refusal("minute") : undefined),
    });
    expect((await workFirst(world)).kind).toBe("settled");
    expect(world.searchConsole.sent.map(({ startRow }) => startRow)).toEqual([
      0,
      ...Array(9).fill(25_000),
    ]);
    const [refused, again] = world.searchConsole.sent.slice(-2);
    expect((again?.atMs ?? 0) - (refused?.atMs ?? 0)).toBeGreaterThanOrEqual(60_000);
    const [take] = Object.values((await world.batch(0)).takes);
    expect(take?.durationMs).toBeLessThan(5_000);
  });

  test("a unit in its middle that is refused again and again gives its worker back", async () => {
    const world = syncWorld({
      rowsOf: () => twoPages,
      fault: ({ startRow }, nth) => (startRow > 0 && nth <= 16 ? refusal("minute") : undefined),
    });
    const startedAtMs = world.clock.nowMs();
    expect((await workFirst(world)).kind).toBe("returned");
    expect(world.clock.nowMs() - startedAtMs).toBeLessThan(130_000);
    expect((await world.batch(0)).units[0]?.attempts).toBe(0);
    expect((await world.finish()).status).toBe("complete");
    expect(await world.visible()).toHaveLength(25_001);
  });
});

describe("when our own quota denies", () => {
  test("a unit's first page longer than a moment, the batch is put back until it may be granted", async () => {
    const world = syncWorld();
    const untilMs = world.clock.nowMs() + 30_000;
    const [property] = world.scopes;
    if (property !== undefined) await world.quota.close(property, untilMs, "closed by a test");
    expect((await workFirst(world)).kind).toBe("returned");
    expect(world.clock.nowMs()).toBeLessThan(untilMs - 25_000);
    expect(world.searchConsole.sent).toEqual([]);
    expect(await world.run()).toMatchObject({
      reason: "closed by a test",
      returned: [{ notBeforeMs: untilMs }],
    });
    expect(await world.send()).toEqual([]);
    expect(await world.run()).toMatchObject({ status: "waiting", waitingUntilMs: untilMs });
    expect((await world.batch(0)).units[0]).toMatchObject({ attempts: 0, notBeforeMs: 0 });
    expect((await world.finish()).status).toBe("complete");
  });

  test("a unit's first page for a moment, it waits in place", async () => {
    const world = syncWorld();
    const untilMs = world.clock.nowMs() + 1_000;
    const [property] = world.scopes;
    if (property !== undefined) await world.quota.close(property, untilMs, "closed by a test");
    expect((await workFirst(world)).kind).toBe("settled");
    expect(world.searchConsole.sent[0]?.atMs).toBeGreaterThanOrEqual(untilMs);
    expect((await world.summary()).quota.deferred).toBe(1);
  });

  test.each([
    ["raised, it is sent within seconds", 100, 0, 5_000],
    ["lowered, it is claimed under the new one", 1, 60_000, 70_000],
  ])("a later page, and the budget is %s", async (_, then, leastMs, mostMs) => {
    const world: SyncWorld = syncWorld({ rowsOf: () => twoPages });
    const [property] = world.scopes;
    if (property === undefined) throw new Error("no scope");
    let budget = then === 1 ? 100 : 1;
    const ports: WorkPorts = {
      ...world.ports,
      searchConsole: {
        async fetchPage(request, signal) {
          const page = await world.ports.searchConsole.fetchPage(request, signal);
          if (request.startRow === 0) {
            const change = world.clock.sleep(then === 1 ? 0 : 3_000);
            void change.then(() => {
              budget = then;
            });
            if (then === 1) await change;
          }
          return page;
        },
      },
      scopesOf: () => [{ ...property, budget }],
    };
    expect((await workFirst(world, ports)).kind).toBe("settled");
    const [first, second] = world.searchConsole.sent;
    const tookMs = (second?.atMs ?? 0) - (first?.atMs ?? 0);
    expect(tookMs).toBeGreaterThan(leastMs);
    expect(tookMs).toBeLessThan(mostMs);
  });

  test("a later page for longer than that, it waits in place all the same", async () => {
    const world: SyncWorld = syncWorld({
      rowsOf: () => twoPages,
      fault: ({ startRow }) => {
        const [property] = world.scopes;
        if (startRow === 0 && property !== undefined) {
          world.quota.close(property, world.clock.nowMs() + 30_000, "closed by a test");
        }
      },
    });
    expect((await workFirst(world)).kind).toBe("settled");
    expect(world.searchConsole.sent.map(({ startRow }) => startRow)).toEqual([0, 25_000]);
    const [take] = Object.values((await world.batch(0)).takes);
    expect(take).toMatchObject({ deferred: 1, requests: 2 });
    expect(take?.durationMs).toBeLessThan(5_000);
  });
});
