import { describe, expect, test } from "vitest";
import { changed } from "../../../shared/ledger/decision.ts";
import { batchIdAt, leaseMs } from "../../../shared/ledger/run.ts";
import type { WorkPorts } from "../../../shared/sync/fetch/fetch-ports.ts";
import { failure } from "../../support/fakes/scripted-search-console.ts";
import { dateAt, runId, type SyncWorld, syncWorld } from "../../support/homes/sync-world.ts";

/** The world's ports with a Search Console that takes longer over some days. */
function delayed(world: SyncWorld, delayMs: Readonly<Record<string, number>>): WorkPorts {
  return {
    ...world.ports,
    searchConsole: {
      async fetchPage(request, signal) {
        await world.clock.sleep(delayMs[request.date] ?? 0, signal);
        return world.searchConsole.fetchPage(request, signal);
      },
    },
  };
}

const failing = (kind: "credentials" | "invalid", index: number) => ({
  fault: ({ date }: { readonly date: string }) =>
    date === dateAt(index) ? failure({ kind }) : undefined,
});

describe("what stops a run", () => {
  test.each([
    ["a fatal error", "credentials", "failed"],
    ["a failure that it is to halt for", "invalid", "halted"],
  ] as const)("(%s) waits for no sibling of the unit that met it", async (_, kind, endsAs) => {
    const world = syncWorld({ ...failing(kind, 1), unitsAtOnce: 2 });
    await world.start([10], { haltOnFailure: true });
    await world.send();
    const startedAtMs = world.clock.nowMs();
    const outcome = await world.work(0, delayed(world, { [dateAt(0)]: 60_000 }));
    expect(outcome.kind).toBe("halted");
    expect(world.clock.nowMs() - startedAtMs).toBeLessThan(1_000);
    expect(await world.run()).toMatchObject({
      status: endsAs,
      reason: expect.stringContaining(`Google says ${kind}`),
      inFlight: {},
    });
    const [sibling, failed] = (await world.batch(0)).units;
    expect(sibling).toMatchObject({ status: "pending", attempts: 0, begun: false });
    expect(failed?.status).toBe(kind === "invalid" ? "failed" : "pending");
  });

  test("has stopped it before a sibling's write can hold the failure", async () => {
    const world = syncWorld({ ...failing("invalid", 0), unitsAtOnce: 3 });
    await world.start([9], { haltOnFailure: true });
    await world.send();
    const ports = delayed(world, { [dateAt(0)]: 60, [dateAt(1)]: 10 });
    const statuses: string[] = [];
    await world.work(0, {
      ...ports,
      ledger: {
        ...world.ledger,
        // The first unit fails while one sibling's write is under way and another's waits for it.
        async saveBatch(batch) {
          if (batch.units[0]?.status === "failed") statuses.push((await world.run()).status);
          await world.clock.sleep(300);
          return world.ledger.saveBatch(batch);
        },
      },
    });
    expect(new Set(statuses)).toEqual(new Set(["halting"]));
  });

  test("does not stop it when the take that met it has lost its lease", async () => {
    const world: SyncWorld = syncWorld({
      unitsAtOnce: 1,
      fault: () => {
        void takeAway();
        return failure({ kind: "invalid" });
      },
    });
    const takeAway = () =>
      world.ledger.changeRun(runId, (run) => {
        const hold = { token: 9_999_999_999_999, untilMs: world.clock.nowMs() + leaseMs };
        return changed({ ...run, inFlight: { [batchIdAt(0)]: hold } }, null);
      });
    await world.start([2], { haltOnFailure: true });
    await world.send();
    expect((await world.work(0)).kind).toBe("lost");
    expect(await world.run()).toMatchObject({ status: "running", reason: null });
    expect((await world.batch(0)).units[0]?.status).toBe("pending");
  });
});
