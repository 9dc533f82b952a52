import { describe, expect, test } from "vitest";
import { QuotaError } from "../../shared/quota/quota.ts";
import { RowStoreError } from "../../shared/rows/row-store-error.ts";
import type { WorkPorts } from "../../shared/sync/fetch/fetch-ports.ts";
import { runId, type SyncWorld, syncWorld } from "../support/homes/sync-world.ts";

const away = {
  quota: new QuotaError("the quota table does not answer", { code: "store-failed" }),
  rows: new RowStoreError("unavailable", "the row store does not answer"),
};

/** Ports of which one store is away until `untilMs`. */
function withOutage(world: SyncWorld, store: keyof typeof away, untilMs: number): WorkPorts {
  const check = () => {
    if (world.clock.nowMs() < untilMs) throw away[store];
  };
  const { quota, rows } = world.ports;
  return store === "quota"
    ? {
        ...world.ports,
        quota: {
          ...quota,
          async claim(...args) {
            check();
            return quota.claim(...args);
          },
        },
      }
    : {
        ...world.ports,
        rows: {
          ...rows,
          async writeRows(...args) {
            check();
            return rows.writeRows(...args);
          },
        },
      };
}

describe.each(["quota", "rows"] as const)("while the store of %s is away", (store) => {
  test("units wait, however long it takes, and lose no attempt", async () => {
    const world = syncWorld();
    await world.start([3, 2]);
    const ports = withOutage(world, store, world.clock.nowMs() + 10 * 60_000);
    const closed = await world.finish((batchId) => world.work(Number(batchId.slice(1)), ports));
    expect(closed.status).toBe("complete");
    const days = new Set((await world.visible()).map((row) => row.split(" ")[0]));
    expect(days.size).toBe(5);
    const units = [...(await world.batch(0)).units, ...(await world.batch(1)).units];
    expect(units.map((unit) => unit.attempts)).toEqual([0, 0, 0, 0, 0]);
  });

  test("the run says what it waits for", async () => {
    const world = syncWorld();
    await world.start([1]);
    const ports = withOutage(world, store, Number.POSITIVE_INFINITY);
    await world.send();
    await world.work(0, ports);
    await world.send();
    expect(await world.run()).toMatchObject({
      runId,
      status: "waiting",
      reason: away[store].message,
    });
  });
});

test("the run says since when a store is away, until a take has worked", async () => {
  const world = syncWorld();
  await world.start([1]);
  const ports = withOutage(world, "rows", Number.POSITIVE_INFINITY);
  await world.send();
  const failed = await world.work(0, ports);
  expect(failed).toMatchObject({ kind: "returned", outage: away.rows.message });
  const outageSince = new Date(world.clock.nowMs()).toISOString();
  expect(await world.summary()).toMatchObject({ outageSince });

  await world.clock.sleep(15_000);
  await world.send();
  await world.work(0, ports);
  expect(await world.summary()).toMatchObject({ outageSince });

  await world.clock.sleep(15_000);
  await world.send();
  expect(await world.work(0)).toMatchObject({ kind: "settled", outage: null });
  expect(await world.summary()).toMatchObject({ outageSince: null });
});

test("a store that is away before the first unit puts the batch back, and the run says why", async () => {
  const world = syncWorld();
  await world.start([2]);
  await world.send();
  const { rows } = world.ports;
  const readUnits = () => Promise.reject(away.rows);
  const outcome = await world.work(0, { ...world.ports, rows: { ...rows, readUnits } });
  expect(outcome).toMatchObject({ kind: "returned", outage: away.rows.message });
  const run = await world.run();
  expect(run).toMatchObject({ inFlight: {}, reason: away.rows.message });
  expect((run.returned[0]?.notBeforeMs ?? 0) - world.clock.nowMs()).toBeGreaterThanOrEqual(10_000);
  expect((await world.finish()).status).toBe("complete");
  expect((await world.batch(0)).units.map(({ attempts }) => attempts)).toEqual([0, 0]);
});

test("an outage is told though quota is short as well", async () => {
  const world = syncWorld();
  await world.start([3]);
  await world.send();
  let claims = 0;
  const { quota } = world.ports;
  const ports = withOutage(world, "rows", Number.POSITIVE_INFINITY);
  const outcome = await world.work(0, {
    ...ports,
    quota: {
      ...quota,
      async claim(...args) {
        claims += 1;
        if (claims === 1) return quota.claim(...args);
        await world.clock.sleep(2_000);
        return {
          kind: "denied",
          scope: "property",
          cause: "closed",
          retryAtMs: world.clock.nowMs() + 600_000,
          reason: "closed",
        };
      },
    },
  });
  expect(outcome).toMatchObject({ kind: "returned", outage: away.rows.message });
});

test("without quota nothing is sent", async () => {
  const world = syncWorld();
  await world.start([3]);
  await world.send();
  await world.work(0, withOutage(world, "quota", Number.POSITIVE_INFINITY));
  expect(world.searchConsole.sent).toEqual([]);
});
