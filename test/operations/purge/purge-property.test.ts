import { describe, expect, test } from "vitest";
import { acquireLock, lockProperty } from "../../../shared/ledger/property-lock.ts";
import { purgeProperty } from "../../../shared/operations/purge/purge-property.ts";
import type { Purged } from "../../../shared/rows/purge.ts";
import { aRun } from "../../support/samples/a-run.ts";
import { memoryLedger } from "../../support/stores/memory-ledger.ts";

const run = aRun();
const asked = { siteUrl: run.siteUrl, before: null, reports: null };
const minuteMs = 60_000;

/** A store that deletes a unit of two rows a step, and says before each that it does. */
function purging({ steps = 3, before = async (_step: number) => {} } = {}) {
  const ledger = memoryLedger({ lever: 5 });
  const clock = { nowMs: 1_000_000 };
  const tokens: number[] = [];
  const rows = {
    async *purgeUnits(purge: { readonly token: number }): AsyncGenerator<Purged> {
      tokens.push(purge.token);
      for (let step = 0; step < steps; step += 1) {
        await before(step);
        yield { units: 1, rows: 2 };
      }
    },
  };
  const ports = { ledger, rows, nowMs: () => clock.nowMs };
  return {
    ledger,
    clock,
    tokens,
    ports,
    holders: async () => (await ledger.readLock(run.siteUrl)).holders,
  };
}

describe("a purge", () => {
  test("adds up its steps, under a token that is newer than any take's", async () => {
    const { ports, ledger, clock, tokens, holders } = purging();
    const taken = await ledger.nextToken(run.siteUrl, clock.nowMs + 5);
    expect(await purgeProperty(asked, ports)).toEqual({ kind: "purged", units: 3, rows: 6 });
    expect(tokens[0]).toBeGreaterThan(taken);
    expect(await holders()).toEqual({});
  });

  test("is refused while a run has the property, and deletes nothing", async () => {
    const { ports, ledger, clock, tokens } = purging();
    await lockProperty(run, ledger, clock.nowMs);
    expect(await purgeProperty(asked, ports)).toMatchObject({ kind: "held", by: run.runId });
    expect(tokens).toEqual([]);
  });

  test("holds the property to its end, however long it takes", async () => {
    const seen: string[] = [];
    const world = purging({
      steps: 20,
      async before() {
        world.clock.nowMs += minuteMs;
        const error = await lockProperty(run, world.ledger, world.clock.nowMs).catch(String);
        seen.push(String(error));
      },
    });
    expect(await purgeProperty(asked, world.ports)).toMatchObject({ units: 20 });
    expect(new Set(seen)).toEqual(
      new Set([`PropertyBusyError: ${run.siteUrl} is being purged: wait for its end`]),
    );
    await lockProperty(run, world.ledger, world.clock.nowMs);
  });

  test("that was killed lets another purge go on at once, and a run after some minutes", async () => {
    const killed = purging({ before: () => new Promise(() => {}) });
    void purgeProperty(asked, killed.ports);
    await new Promise(setImmediate);
    const { ledger, clock } = killed;
    await expect(lockProperty(run, ledger, clock.nowMs)).rejects.toThrow("is being purged");
    const next = purging();
    expect(await purgeProperty(asked, { ...next.ports, ledger })).toMatchObject({ kind: "purged" });
  });

  test("that stood still for so long that a run got the property ends there", async () => {
    const world = purging({
      async before(step) {
        if (step !== 1) return;
        world.clock.nowMs += 10 * minuteMs;
        await world.ledger.changeLock(run.siteUrl, (lock) =>
          acquireLock(lock, run, world.clock.nowMs + minuteMs, world.clock.nowMs),
        );
      },
    });
    expect(await purgeProperty(asked, world.ports)).toEqual({
      ...{ kind: "held", by: run.runId, units: 2, rows: 4 },
    });
    expect(Object.keys(await world.holders())).toEqual([run.runId]);
  });

  test("stops between two steps when it is asked to", async () => {
    const stopping = new AbortController();
    const world = purging({ before: async (step) => void (step === 1 && stopping.abort()) });
    const ports = { ...world.ports, signal: stopping.signal };
    expect(await purgeProperty(asked, ports)).toEqual({ kind: "stopped", units: 2, rows: 4 });
    expect(await world.holders()).toEqual({});
  });

  test("whose store fails lets the property go", async () => {
    const world = purging({ before: () => Promise.reject(new Error("away")) });
    await expect(purgeProperty(asked, world.ports)).rejects.toThrow("away");
    expect(await world.holders()).toEqual({});
  });
});
