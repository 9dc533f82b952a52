import { describe, expect, test } from "vitest";
import type { Batch } from "../../../shared/ledger/batch.ts";
import { changed } from "../../../shared/ledger/decision.ts";
import { LedgerError } from "../../../shared/ledger/ledger-error.ts";
import { batchIdAt, leaseMs } from "../../../shared/ledger/run.ts";
import { haltRun } from "../../../shared/ledger/transitions/halt-run.ts";
import { resumeRun } from "../../../shared/ledger/transitions/resume-run.ts";
import { takeBatch } from "../../../shared/ledger/transitions/take-batch.ts";
import type { WorkPorts } from "../../../shared/sync/fetch/fetch-ports.ts";
import { workBatch } from "../../../shared/sync/fetch/work-batch.ts";
import { failure, transient } from "../../support/fakes/scripted-search-console.ts";
import { dateAt, runId, type SyncWorld, syncWorld } from "../../support/homes/sync-world.ts";
import { aRun } from "../../support/samples/a-run.ts";

const dates = (count: number) => Array.from({ length: count }, (_, index) => dateAt(index));

describe("a take", () => {
  test("of a batch that was not sent, or that is settled, finds nothing and sends nothing", async () => {
    const world = syncWorld();
    await world.start([1]);
    expect((await world.work(0)).kind).toBe("nothing");
    await world.send();
    expect((await world.work(0)).kind).toBe("settled");
    expect((await world.work(0)).kind).toBe("nothing");
    expect(world.searchConsole.sent).toHaveLength(1);
  });

  test("of a run that nobody knows finds nothing", async () => {
    expect(await syncWorld().work(0)).toEqual({
      kind: "nothing",
      run: null,
      batch: null,
      token: 0,
      crashes: 0,
      outage: null,
    });
  });

  test("sent twice is worked once", async () => {
    const world = syncWorld();
    await world.start([3]);
    await world.send();
    const kinds = (await Promise.all([world.work(0), world.work(0)])).map(({ kind }) => kind);
    expect(kinds.sort()).toEqual(["nothing", "settled"]);
    expect(world.searchConsole.sent).toHaveLength(3);
  });

  test("writes that a unit is begun before it sends that unit's first request", async () => {
    const world = syncWorld({ lever: 1 });
    await world.start([3]);
    await world.send();
    await world.work(0);
    const begunBySave = world.calls.flatMap(({ method, args }) => {
      if (method === "fetchPage") return ["send"];
      if (method !== "saveBatch") return [];
      const [batch] = args;
      return isBatch(batch)
        ? [`begun ${batch.units.flatMap((unit) => (unit.begun ? [unit.date] : []))}`]
        : [];
    });
    const begunThenSent = dates(3).flatMap((date) => [`begun ${date}`, "send"]);
    expect(begunBySave).toEqual([...begunThenSent, "begun "]);
  });
});

describe("units at once", () => {
  test("are as many as allowed, and no more", async () => {
    const world = syncWorld({ unitsAtOnce: 4 });
    await world.start([10]);
    await world.send();
    expect((await world.work(0)).kind).toBe("settled");
    expect(world.searchConsole.seen.mostAtOnce).toBe(4);
  });

  test.each([
    ["the lever is 1", { lever: 1, concurrency: 3 }],
    ["the run's concurrency is 1", { lever: 5, concurrency: 1 }],
  ])("are one, in plan order over all batches, when %s", async (_, { lever, concurrency }) => {
    const world = syncWorld({ unitsAtOnce: 4, lever, latencyMs: 900 });
    await world.start([7, 1, 6], { concurrency });
    expect((await world.finish()).status).toBe("complete");
    expect(world.searchConsole.seen.mostAtOnce).toBe(1);
    expect(world.searchConsole.sent.map(({ date }) => date)).toEqual(dates(14));
  });
});

describe("a slice", () => {
  test("ends before 5 s; the same batch comes back at the head, without an attempt", async () => {
    const world = syncWorld({ lever: 1, latencyMs: 1_000 });
    await world.start([10, 2]);
    await world.send();
    const startedAtMs = world.clock.nowMs();
    expect((await world.work(0)).kind).toBe("returned");
    expect(world.clock.nowMs() - startedAtMs).toBe(4_000);
    expect((await world.run()).returned).toMatchObject([{ batchId: batchIdAt(0), notBeforeMs: 0 }]);
    const { units, takes } = await world.batch(0);
    expect(units.map(({ status }) => status)).toEqual([
      ...Array(4).fill("done"),
      ...Array(6).fill("pending"),
    ]);
    expect(units.every(({ attempts, begun }) => attempts === 0 && !begun)).toBe(true);
    expect(Object.values(takes)).toMatchObject([{ units: 4, requests: 4, durationMs: 4_000 }]);
    expect(await world.send()).toEqual([batchIdAt(0)]);
  });

  test("after slice has figures of its own; together they are the run's", async () => {
    const world = syncWorld({ lever: 1, latencyMs: 1_000 });
    await world.start([10]);
    await world.finish();
    const takes = Object.values((await world.batch(0)).takes);
    expect(takes.map(({ units, requests }) => [units, requests])).toEqual([
      [4, 4],
      [4, 4],
      [2, 2],
    ]);
    expect(await world.summary()).toMatchObject({
      requests: 10,
      pages: 10,
      rows: 30,
      units: { complete: 10, failed: 0 },
      batch: { count: 3, p99Ms: 4_000 },
    });
  });

  test("works one unit at least, however long it takes", async () => {
    const world = syncWorld({ lever: 1, latencyMs: 9_000 });
    await world.start([3]);
    expect((await world.finish()).status).toBe("complete");
    expect(Object.values((await world.batch(0)).takes).map(({ units }) => units)).toEqual([
      1, 1, 1,
    ]);
  });
});

describe("a unit that Google will never answer", () => {
  test("fails alone, at once; its siblings are done and never fetched again", async () => {
    const world = syncWorld({
      fault: ({ date }) => (date === dateAt(1) ? failure({ kind: "invalid" }) : undefined),
    });
    await world.start([4]);
    expect(await world.finish()).toMatchObject({ status: "completed_with_failures" });
    const { units } = await world.batch(0);
    expect(units.map(({ status }) => status)).toEqual(["done", "failed", "done", "done"]);
    expect(units[1]).toMatchObject({ attempts: 1, lastError: "Google says invalid" });
    expect(world.searchConsole.sent).toHaveLength(4);
    expect(await world.summary()).toMatchObject({ units: { complete: 3, failed: 1 } });
  });
});

describe("a unit that fails attempt after attempt", () => {
  test("is given up after 8, alone; its siblings are fetched once", async () => {
    const world = syncWorld({
      fault: ({ date }) => (date === dateAt(1) ? new Error("a fault of ours") : undefined),
    });
    await world.start([4]);
    expect(await world.finish()).toMatchObject({
      status: "completed_with_failures",
      reason: expect.stringMatching(/^1 unit failed, such as page_query of /),
    });
    const { units } = await world.batch(0);
    expect(units[1]).toMatchObject({
      status: "failed",
      attempts: 8,
      lastError: "Error: a fault of ours",
    });
    const sent = world.searchConsole.sent.map(({ date }) => date).sort();
    expect(sent).toEqual([dateAt(0), ...Array(8).fill(dateAt(1)), dateAt(2), dateAt(3)]);
  });
});

describe("a property that Search Console refuses", () => {
  /** Refuses the third day's first `times` requests, or all. */
  async function refused(
    kind: "forbidden" | "unknown-site" | "credentials",
    times = Infinity,
    day = 2,
  ) {
    const quarantined: string[] = [];
    const world = syncWorld({
      fault: ({ date }, nth) =>
        date === dateAt(day) && nth <= times ? failure({ kind }) : undefined,
      unitsAtOnce: 1,
    });
    await world.start([5, 5], { concurrency: 1 });
    const ports = {
      ...world.ports,
      quarantine: async (_run: unknown, reason: string) => void quarantined.push(reason),
    };
    return {
      world,
      quarantined,
      run: await world.finish((batchId) => workBatch({ runId, batchId }, ports)),
    };
  }

  test("for its credentials stops the run as failed, at once and without an attempt", async () => {
    const { world, run, quarantined } = await refused("credentials");
    expect(run).toMatchObject({ status: "failed", reason: "Google says credentials" });
    expect(world.searchConsole.sent).toHaveLength(3);
    const [first, second, third] = (await world.batch(0)).units;
    expect([first?.status, second?.status]).toEqual(["done", "done"]);
    expect(third).toMatchObject({ status: "pending", attempts: 0, begun: false });
    expect(await world.run()).toMatchObject({ inFlight: {}, haltsAs: null });
    expect(quarantined).toEqual([]);
  });

  test.each(["forbidden", "unknown-site"] as const)(
    "(%s) before it answered anything stops the run at once, and is quarantined",
    async (kind) => {
      const { world, run, quarantined } = await refused(kind, Infinity, 0);
      expect(run).toMatchObject({ status: "failed", reason: `Google says ${kind}` });
      expect(world.searchConsole.sent).toHaveLength(1);
      expect((await world.batch(0)).units[0]).toMatchObject({ status: "pending", attempts: 0 });
      expect(quarantined).toEqual([`Google says ${kind}`]);
    },
  );

  test.each([1, 2])("%i times after good answers is asked again, and only then", async (times) => {
    const { world, run, quarantined } = await refused("forbidden", times);
    expect(run.status).toBe("complete");
    expect(world.searchConsole.sent).toHaveLength(10 + times);
    const asked = world.searchConsole.sent.filter(({ date }) => date === dateAt(2));
    const waits = asked.slice(1).map(({ atMs }, index) => atMs - (asked[index]?.atMs ?? 0));
    for (const [index, waitMs] of waits.entries()) {
      expect(waitMs).toBeGreaterThanOrEqual(index === 0 ? 15_000 : 60_000);
    }
    expect(quarantined).toEqual([]);
  });

  test.each(["forbidden", "unknown-site"] as const)(
    "(%s) again and again after good answers is believed at the third time",
    async (kind) => {
      const { world, run, quarantined } = await refused(kind);
      expect(run).toMatchObject({ status: "failed", reason: `Google says ${kind}` });
      expect(world.searchConsole.sent.filter(({ date }) => date === dateAt(2))).toHaveLength(3);
      expect(quarantined).toEqual([`Google says ${kind}`]);
    },
  );
});

describe("a run that is to halt on failure", () => {
  const invalid = (index: number) => (request: { readonly date: string }) =>
    request.date === dateAt(index) ? failure({ kind: "invalid" }) : undefined;

  test("halts at the first unit that fails, says which and why, and starts no other", async () => {
    const world = syncWorld({ fault: invalid(2), unitsAtOnce: 1 });
    await world.start([5, 5], { concurrency: 1, haltOnFailure: true });
    const closed = await world.finish();
    expect(closed.status).toBe("halted");
    expect(closed.reason).toBe(
      `page_query of ${dateAt(2)} failed, and the run is to halt on failure: Google says invalid`,
    );
    expect(world.searchConsole.sent).toHaveLength(3);
    expect((await world.batch(0)).units[2]?.status).toBe("failed");
  });

  test("goes on with the rest when it is resumed", async () => {
    const world = syncWorld({ fault: invalid(2), unitsAtOnce: 1 });
    await world.start([5, 5], { concurrency: 1, haltOnFailure: true });
    await world.finish();
    await world.ledger.changeRun(runId, (run) =>
      resumeRun(run, { execution: runId, sequential: false }, world.clock.nowMs()),
    );
    expect((await world.finish()).status).toBe("completed_with_failures");
    expect(await world.summary()).toMatchObject({ units: { complete: 9, failed: 1 } });
  });

  test("has halted before the failure is written: a worker that dies then loses no halt", async () => {
    const world = syncWorld({ fault: invalid(0), unitsAtOnce: 1 });
    await world.start([2], { haltOnFailure: true });
    await world.send();
    const saved: string[] = [];
    await world.work(0, {
      ...world.ports,
      ledger: {
        ...world.ledger,
        async saveBatch(batch) {
          if (batch.units[0]?.status === "failed") saved.push((await world.run()).status);
          return world.ledger.saveBatch(batch);
        },
      },
    });
    expect(saved).toEqual(["halting"]);
  });

  test("halts for a unit that takes died with as well", async () => {
    const world = syncWorld({ unitsAtOnce: 1 });
    await world.start([2], { haltOnFailure: true });
    const batch = await world.batch(0);
    const [first, ...rest] = batch.units;
    if (first === undefined) throw new Error("there is no unit");
    await world.ledger.putBatches([
      { ...batch, units: [{ ...first, begun: true, attempts: 7 }, ...rest] },
    ]);
    const closed = await world.finish();
    expect(closed).toMatchObject({
      status: "halted",
      reason: expect.stringContaining("the worker that fetched it died"),
    });
    expect(world.searchConsole.sent).toEqual([]);
  });
});

test("a worker that stood still between its token and its take draws another, newer than all", async () => {
  const world = syncWorld();
  await world.start([2]);
  await world.send();
  const early = await world.ledger.nextToken(aRun().siteUrl, world.clock.nowMs());
  // Another takes the batch meanwhile, and its lease runs out.
  const batchId = batchIdAt(0);
  const newer = await world.ledger.nextToken(aRun().siteUrl, world.clock.nowMs());
  await world.ledger.changeRun(runId, (run) =>
    takeBatch(run, { batchId, token: newer }, world.clock.nowMs()),
  );
  await world.clock.sleep(leaseMs);
  await world.send();
  let drawn = 0;
  const outcome = await world.work(0, {
    ...world.ports,
    ledger: {
      ...world.ledger,
      async nextToken(siteUrl, nowMs) {
        drawn += 1;
        return drawn === 1 ? early : world.ledger.nextToken(siteUrl, nowMs);
      },
    },
  });
  expect(outcome).toMatchObject({ kind: "settled" });
  expect(outcome.token).toBeGreaterThan(newer);
  expect((await world.batch(0)).token).toBe(outcome.token);
});

describe("a halt", () => {
  test("is noticed within a second: requests are given up, nothing starts, the batch is back", async () => {
    const world = syncWorld({ latencyMs: 60_000, unitsAtOnce: 3 });
    await world.start([10]);
    await world.send();
    const working = world.work(0);
    await world.clock.sleep(2_050);
    const haltedAtMs = world.clock.nowMs();
    await world.ledger.changeRun(runId, (run) =>
      haltRun(run, { reason: "asked", endsAs: "halted" }, haltedAtMs),
    );
    expect((await working).kind).toBe("halted");
    expect(world.clock.nowMs() - haltedAtMs).toBeLessThanOrEqual(1_000);
    expect(world.searchConsole.sent).toHaveLength(3);
    expect(world.searchConsole.seen.aborted).toBe(3);
    expect(await world.run()).toMatchObject({
      status: "halted",
      reason: "asked",
      inFlight: {},
      returned: [{ batchId: batchIdAt(0) }],
    });
    const { units } = await world.batch(0);
    expect(units.every(({ attempts, begun }) => attempts === 0 && !begun)).toBe(true);
    await world.clock.sleep(120_000);
    expect(world.searchConsole.sent).toHaveLength(3);
  });

  test("while a take still reads what is stored leaves it nothing to send", async () => {
    const world = syncWorld();
    await world.start([10]);
    await world.send();
    const working = world.work(0, readingFor(world, 9_000));
    await world.clock.sleep(200);
    await world.ledger.changeRun(runId, (run) =>
      haltRun(run, { reason: "asked", endsAs: "halted" }, world.clock.nowMs()),
    );
    expect((await working).kind).toBe("halted");
    expect(world.searchConsole.sent).toEqual([]);
    expect((await world.run()).status).toBe("halted");
  });

  test("ends a wait for quota as well", async () => {
    const world: SyncWorld = syncWorld();
    const [property] = world.scopes;
    await world.start([1]);
    await world.send();
    if (property !== undefined) {
      await world.quota.close(property, world.clock.nowMs() + 1_400, "closed by a test");
    }
    const working = world.work(0);
    await world.clock.sleep(100);
    await world.ledger.changeRun(runId, (run) =>
      haltRun(run, { reason: "asked", endsAs: "halted" }, world.clock.nowMs()),
    );
    expect((await working).kind).toBe("halted");
    expect(world.searchConsole.sent).toEqual([]);
  });
});

test("a take that reads what is stored for longer than its lease keeps it", async () => {
  const world = syncWorld();
  await world.start([2]);
  await world.send();
  const working = world.work(0, readingFor(world, leaseMs + 5_000));
  await world.clock.sleep(leaseMs + 1_000);
  const hold = (await world.run()).inFlight[batchIdAt(0)];
  expect(hold?.untilMs).toBeGreaterThan(world.clock.nowMs());
  expect((await working).kind).toBe("settled");
});

describe("a take that has lost its lease", () => {
  /** Another take has the batch from now on. */
  async function hold(world: SyncWorld, token: number): Promise<void> {
    const untilMs = world.clock.nowMs() + 90_000;
    await world.ledger.changeRun(runId, (run) =>
      changed({ ...run, inFlight: { [batchIdAt(0)]: { token, untilMs } } }, null),
    );
  }

  /** Another take has the batch and has written it. */
  async function steal(world: SyncWorld, token: number): Promise<Batch> {
    const batch = { ...(await world.batch(0)), token };
    await hold(world, token);
    await world.ledger.saveBatch(batch);
    return batch;
  }

  test("gives up its requests and writes nothing after", async () => {
    const world = syncWorld({ latencyMs: 5_000 });
    await world.start([10]);
    await world.send();
    const working = world.work(0);
    await world.clock.sleep(1_000);
    await hold(world, 9_999_999_999_999);
    const [batch, run] = [await world.batch(0), await world.run()];
    expect((await working).kind).toBe("lost");
    await world.clock.sleep(60_000);
    expect(world.searchConsole.seen.aborted).toBe(3);
    expect(await world.batch(0)).toEqual(batch);
    expect(await world.run()).toEqual(run);
    expect(await world.visible()).toEqual([]);
  });

  test("and does not know it yet cannot write its batch either", async () => {
    const world: SyncWorld = syncWorld({
      unitsAtOnce: 1,
      page: () => {
        stolen ??= steal(world, 9_999_999_999_999);
        return undefined;
      },
    });
    let stolen: Promise<Batch> | undefined;
    await world.start([3]);
    await world.send();
    expect((await world.work(0)).kind).toBe("lost");
    expect(world.searchConsole.sent).toHaveLength(1);
    expect(await world.batch(0)).toEqual(await stolen);
  });
});

test("a take whose ledger fails ends with that fault, and none of its units goes on", async () => {
  const world = syncWorld({
    latencyMs: 1_000,
    unitsAtOnce: 2,
    // Out of step: the second unit is retried when the first has ended.
    fault: ({ date }, nth) => (date === dateAt(1) && nth === 1 ? transient() : undefined),
  });
  await world.start([20]);
  await world.send();
  let saves = 0;
  const fault = new LedgerError("unreachable", "the ledger did not answer");
  const ports: WorkPorts = {
    ...world.ports,
    ledger: {
      ...world.ledger,
      saveBatch: (batch) => {
        saves += 1;
        return saves === 2 ? Promise.reject(fault) : world.ledger.saveBatch(batch);
      },
    },
  };
  await expect(world.work(0, ports)).rejects.toBe(fault);
  expect(world.searchConsole.sent).toHaveLength(2);
  await world.clock.sleep(60_000);
  expect(world.searchConsole.sent).toHaveLength(2);
  expect((await world.finish()).status).toBe("complete");
  expect(await world.visible()).toHaveLength(60);
});

test("a take that quota defers tries no further unit", async () => {
  const world = syncWorld({ unitsAtOnce: 1 });
  const [property] = world.scopes;
  await world.start([5]);
  await world.send();
  if (property !== undefined) {
    await world.quota.close(property, world.clock.nowMs() + 30_000, "closed by a test");
  }
  expect((await world.work(0)).kind).toBe("returned");
  expect(world.calls.filter(({ method }) => method === "claim")).toHaveLength(1);
});

test("a unit that waits after a failed attempt is left out of its siblings' slices", async () => {
  const world = syncWorld({
    lever: 1,
    latencyMs: 1_000,
    fault: ({ date }, nth) => (date === dateAt(0) && nth === 1 ? transient(60_000) : undefined),
  });
  await world.start([12]);
  expect((await world.finish()).status).toBe("complete");
  const [first, ...rest] = world.searchConsole.sent;
  const again = rest.at(-1);
  expect(again?.date).toBe(dateAt(0));
  expect((again?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(60_000);
  expect(rest.slice(0, -1).map(({ date }) => date)).toEqual(dates(12).slice(1));
});

test("a unit that was flipped in an attempt that seemed to fail is done", async () => {
  const world = syncWorld({ unitsAtOnce: 1 });
  await world.start([2]);
  await world.send();
  const rows = {
    ...world.rows,
    async completeUnit(...args: Parameters<typeof world.rows.completeUnit>) {
      const answer = await world.rows.completeUnit(...args);
      if (args[0].date === dateAt(1)) throw new Error("the answer was lost");
      return answer;
    },
  };
  const batch = await world.batch(0);
  const [first, second] = batch.units;
  if (first === undefined || second === undefined) throw new Error("there are two units");
  // The second is at its last attempt; the first has to wait, so that the batch is taken again.
  const units = [
    { ...first, notBeforeMs: world.clock.nowMs() + 5_000 },
    { ...second, attempts: 7 },
  ];
  await world.ledger.putBatches([{ ...batch, units }]);
  await world.work(0, { ...world.ports, rows });
  expect((await world.batch(0)).units[1]?.status).toBe("failed");
  expect((await world.finish()).status).toBe("complete");
  expect(world.searchConsole.sent).toHaveLength(2);
});

test("a unit that the run has flipped is done, and sends no request, though the ledger never heard", async () => {
  const world = syncWorld();
  await world.start([2]);
  await world.send();
  await world.work(0);
  const records = await world.rows.readUnits({ ...(await world.run()), reports: ["page_query"] });
  const again = syncWorld();
  await again.start([2]);
  for (const record of records) {
    await again.rows.beginGeneration(record, record.generation, 0);
    await again.rows.completeUnit(record, 0);
  }
  await again.send();
  expect((await again.work(0)).kind).toBe("settled");
  expect(again.searchConsole.sent).toEqual([]);
  expect(await again.summary()).toMatchObject({
    requests: 2,
    pages: 2,
    rows: 6,
    batch: { count: 0 },
  });
});

test("a unit that another run has stored is fetched again when this run plans it", async () => {
  const world = syncWorld();
  await world.start([1]);
  const unit = {
    siteUrl: "sc-domain:example.com",
    report: "page_query",
    date: (await world.run()).from,
  };
  await world.rows.beginGeneration(unit, 5, 0);
  await world.rows.completeUnit(
    {
      ...unit,
      generation: 5,
      runId: "an-older-run",
      rows: 0,
      fetchedRows: 0,
      pages: [{ startRow: 0, rows: 0 }],
      clicks: 0,
      impressions: 0,
      hash: "",
      capped: false,
      aggregation: null,
      firstIncompleteDate: null,
      fetchedAtMs: 0,
    },
    0,
  );
  await world.finish();
  expect(world.searchConsole.sent).toHaveLength(1);
  expect(await world.visible()).toHaveLength(3);
});

/** The world's ports with a row store that takes its time over unit records. */
function readingFor(world: SyncWorld, ms: number): WorkPorts {
  return {
    ...world.ports,
    rows: {
      ...world.rows,
      async readUnits(query) {
        await world.clock.sleep(ms);
        return world.rows.readUnits(query);
      },
    },
  };
}

function isBatch(value: unknown): value is Batch {
  return typeof value === "object" && value !== null && "units" in value;
}
