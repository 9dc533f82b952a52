import { describe, expect, test } from "vitest";
import { EventBusError } from "../../../shared/events/event-bus.ts";
import type { SyncEvent } from "../../../shared/events/sync-event.ts";
import type { Batch } from "../../../shared/ledger/batch.ts";
import type { WorkPorts } from "../../../shared/sync/fetch/fetch-ports.ts";
import { failure } from "../../support/fakes/scripted-search-console.ts";
import { mortalWorker } from "../../support/homes/mortal-worker.ts";
import { dateAt, runId, type SyncWorld, syncWorld } from "../../support/homes/sync-world.ts";

/** Ports whose bus refuses as long as `isAway` says. */
function withBus(world: SyncWorld, isAway: () => boolean): WorkPorts {
  const { eventBus } = world.ports;
  return {
    ...world.ports,
    eventBus: {
      async publish(events) {
        if (isAway()) throw new EventBusError("the bus is away");
        await eventBus.publish(events);
      },
    },
  };
}

const publishedDates = (events: readonly SyncEvent[]) =>
  events.flatMap((event) => (event.kind === "unit" ? [event.date] : [])).sort();

describe("a unit's event", () => {
  test("says what the unit record says, once a unit of an undisturbed run", async () => {
    const world = syncWorld();
    await world.start([3, 2]);
    await world.finish();
    const units = world.eventBus.events.filter((event) => event.kind === "unit");
    expect(publishedDates(units)).toEqual([0, 1, 2, 3, 4].map(dateAt));
    const { siteUrl, accountId, from, to } = await world.run();
    const records = await world.rows.readUnits({ siteUrl, from, to });
    for (const record of records) {
      const { date, report, generation, hash, rows, clicks, impressions } = record;
      expect(units.find((event) => event.date === date)).toEqual({
        version: 1,
        kind: "unit",
        eventId: `${runId}/${report}/${date}/${generation}`,
        ...{ runId, siteUrl, accountId, report, date, status: "complete" },
        ...{ rows, duplicates: 0, pages: 1, clicks, impressions, hash, generation },
        ...{ capped: false, attempts: 0, error: null },
      });
    }
  });

  test("comes after its flip, and before the ledger holds the unit as done", async () => {
    const world = syncWorld();
    await world.start([6]);
    await world.finish();
    const published = new Set<string>();
    const flipped = new Set<string>();
    for (const { method, args } of world.calls) {
      const [first] = args;
      if (method === "completeUnit") flipped.add(dateOf(first));
      if (method === "publish" && Array.isArray(first)) {
        for (const event of first) {
          expect(flipped).toContain(event.date);
          published.add(event.date);
        }
      }
      if (method === "saveBatch" && isBatch(first)) {
        const done = first.units.filter(({ status }) => status === "done");
        for (const { date } of done) expect(published).toContain(date);
      }
    }
    expect(published.size).toBe(6);
  });

  test("of a unit that its take flipped and died with comes from the next take", async () => {
    const world = syncWorld({ lever: 1 });
    await world.start([2]);
    await world.send();
    const { ports, death } = mortalWorker(world.ports, ({ method }) =>
      method === "publish" ? "before" : "live",
    );
    await Promise.race([world.work(0, ports), death]);
    expect(world.eventBus.events).toEqual([]);
    expect((await world.finish()).status).toBe("complete");
    expect(publishedDates(world.eventBus.events)).toEqual([dateAt(0), dateAt(1)]);
    expect(world.searchConsole.sent).toHaveLength(2);
  });

  test.each(["before", "after"] as const)(
    "comes at least once, %s whichever call a worker dies",
    async (moment) => {
      let deaths = 0;
      for (let at = 1; deaths === at - 1; at += 1) {
        const world = syncWorld();
        await world.start([3, 1]);
        let died = false;
        await world.finish((batchId) => {
          if (died) return world.work(Number(batchId.slice(1)));
          const { ports, death } = mortalWorker(world.ports, (_, nth) =>
            nth === at ? moment : "live",
          );
          void death.then(() => {
            died = true;
          });
          return Promise.race([world.work(Number(batchId.slice(1)), ports), death]);
        });
        if (died) deaths += 1;
        const published = new Set(publishedDates(world.eventBus.events));
        expect([...published], `death ${moment} call ${at}`).toEqual([0, 1, 2, 3].map(dateAt));
      }
      expect(deaths).toBeGreaterThan(20);
    },
  );

  test("of a unit that fails for good says why", async () => {
    const world = syncWorld({
      fault: ({ date }) => (date === dateAt(1) ? failure({ kind: "invalid" }) : undefined),
    });
    await world.start([3]);
    expect((await world.finish()).status).toBe("completed_with_failures");
    const failed = world.eventBus.events.filter(
      (event) => event.kind === "unit" && event.status === "failed",
    );
    expect(failed).toMatchObject([
      {
        date: dateAt(1),
        rows: 0,
        hash: null,
        generation: null,
        attempts: 1,
        error: "Google says invalid",
      },
    ]);
  });

  test("of a unit whose worker died with it too often comes from the take that finds it so", async () => {
    const world = syncWorld();
    await world.start([1]);
    const stored = await world.batch(0);
    await world.ledger.saveBatch({
      ...stored,
      units: stored.units.map((unit) => ({ ...unit, attempts: 7, begun: true })),
    });
    expect((await world.finish()).status).toBe("completed_with_failures");
    expect(world.eventBus.events[0]).toMatchObject({
      status: "failed",
      attempts: 8,
      error: "the worker that fetched it died",
    });
    expect(world.searchConsole.sent).toEqual([]);
  });
});

describe("while the event bus is away", () => {
  test("batches come back, however long it takes: no attempt is lost and every unit is published", async () => {
    const world = syncWorld();
    await world.start([3, 2]);
    const backAtMs = world.clock.nowMs() + 10 * 60_000;
    const ports = withBus(world, () => world.clock.nowMs() < backAtMs);
    const closed = await world.finish((batchId) => world.work(Number(batchId.slice(1)), ports));
    expect(closed.status).toBe("complete");
    expect(publishedDates(world.eventBus.events)).toEqual([0, 1, 2, 3, 4].map(dateAt));
    const units = [...(await world.batch(0)).units, ...(await world.batch(1)).units];
    expect(units.map(({ attempts }) => attempts)).toEqual([0, 0, 0, 0, 0]);
    // What was flipped is not fetched again for its event's sake.
    expect(world.searchConsole.sent).toHaveLength(5);
  });

  test("the run says what it waits for", async () => {
    const world = syncWorld();
    await world.start([1]);
    const ports = withBus(world, () => true);
    await world.send();
    expect((await world.work(0, ports)).kind).toBe("returned");
    await world.send();
    expect(await world.run()).toMatchObject({ status: "waiting", reason: "the bus is away" });
  });

  test("a unit that fails for good stays open until that is published", async () => {
    const world = syncWorld({ fault: () => failure({ kind: "invalid" }) });
    await world.start([1]);
    await world.send();
    let away = true;
    const ports = withBus(world, () => away);
    await world.work(0, ports);
    expect((await world.batch(0)).units).toMatchObject([{ status: "pending", attempts: 0 }]);
    away = false;
    await world.finish((batchId) => world.work(Number(batchId.slice(1)), ports));
    expect(world.eventBus.events[0]).toMatchObject({ status: "failed", attempts: 1 });
  });
});

function isBatch(value: unknown): value is Batch {
  return typeof value === "object" && value !== null && "units" in value && "takes" in value;
}

function dateOf(value: unknown): string {
  return typeof value === "object" && value !== null && "date" in value ? String(value.date) : "";
}
