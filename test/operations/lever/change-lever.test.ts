import { describe, expect, test } from "vitest";
import { leverEffect } from "../../../shared/config/lever-effect.ts";
import {
  applyLever,
  changeLever,
  type LeverPorts,
} from "../../../shared/operations/lever/change-lever.ts";
import type { WorkerLimits, WorkersNow } from "../../../shared/operations/lever/worker-limits.ts";
import { memoryLedger } from "../../support/stores/memory-ledger.ts";

const levers = [0, 1, 2, 3, 4, 5];
const pairs = levers.flatMap((from) => levers.map((to) => ({ from, to })));

/** A stage at a lever. After each write it is noted how many workers may run; one may be refused. */
async function stageAt(
  lever: number,
  { failAt, reserved = true }: { readonly failAt?: number; readonly reserved?: boolean } = {},
) {
  const ledger = memoryLedger({ lever: 3 });
  await ledger.changeSettings({ lever });
  let now: WorkersNow = { ...leverEffect(lever) };
  const mayRun: number[] = [];
  let writes = 0;

  async function write<Answer>(change: () => Promise<Answer>): Promise<Answer> {
    writes += 1;
    if (writes === failAt) throw new Error("AWS said no");
    const answer = await change();
    const polled = now.mappingEnabled ? (now.mappingMaximum ?? Number.POSITIVE_INFINITY) : 0;
    // The ledger counts takes of all runs only where nothing is reserved.
    const held = reserved ? now.reservedConcurrency : (await ledger.readSettings()).lever;
    mayRun.push(Math.min(held ?? Number.POSITIVE_INFINITY, polled));
    return answer;
  }
  const workers: WorkerLimits = {
    read: async () => now,
    reserve: (reservedConcurrency) =>
      write(async () => {
        now = { ...now, reservedConcurrency };
      }),
    setMapping: ({ mappingMaximum, mappingEnabled }) =>
      write(async () => {
        now = { ...now, mappingMaximum, mappingEnabled };
      }),
  };
  const watched: LeverPorts["ledger"] = {
    readSettings: () => ledger.readSettings(),
    changeSettings: (change) => write(() => ledger.changeSettings(change)),
  };
  return {
    ports: { ledger: watched, workers, reserved, defaultLever: 3 },
    now: async () => ({ ...now, lever: (await ledger.readSettings()).lever }),
    mayRun,
  };
}

describe("a change of the lever", () => {
  test.each(pairs)("from $from to $to ends at what the table says", async ({ from, to }) => {
    const stage = await stageAt(from);
    const settings = await changeLever({ lever: to }, stage.ports);
    expect(settings.lever).toBe(to);
    expect(await stage.now()).toEqual({ lever: to, ...leverEffect(to) });
  });

  test.each(pairs)(
    "from $from to $to lets no more run in between than the lower one",
    async ({ from, to }) => {
      for (const reserved of [true, false]) {
        const stage = await stageAt(from, { reserved });
        await changeLever({ lever: to }, stage.ports);
        const last = stage.mayRun.at(-1);
        for (const most of stage.mayRun.slice(0, -1)) {
          expect(most).toBeLessThanOrEqual(Math.min(from, to));
        }
        expect(last).toBeLessThanOrEqual(to);
      }
    },
  );

  test.each([1, 2, 3])(
    "that breaks off at write %d says what is done, and a repeat mends it",
    async (failAt) => {
      const stage = await stageAt(1, { failAt });
      await expect(changeLever({ lever: 5 }, stage.ports)).rejects.toThrow(
        failAt === 1
          ? /^nothing is changed; not done: the mapping's maximum 5, .*\(AWS said no\)\. Say the same again/
          : /^done: the mapping's maximum 5.*; not done: .*the reserved concurrency 5 \(AWS said no\)/,
      );
      await changeLever({ lever: 5 }, stage.ports);
      expect(await stage.now()).toMatchObject({ lever: 5, ...leverEffect(5) });
    },
  );

  test("that is set already mends what somebody has changed by hand", async () => {
    const stage = await stageAt(0);
    await stage.ports.workers.setMapping({ mappingMaximum: 9, mappingEnabled: false });
    await changeLever({ lever: 0 }, stage.ports);
    expect(await stage.now()).toEqual({ lever: 0, ...leverEffect(0) });
  });

  test("back to the default goes to the stage's own", async () => {
    const stage = await stageAt(5);
    expect(await changeLever({ lever: null }, stage.ports)).toMatchObject({ lever: 3 });
    expect(await stage.now()).toMatchObject({ lever: 3, ...leverEffect(3) });
  });

  test("without a lever touches the ledger alone", async () => {
    const stage = await stageAt(3);
    expect(await changeLever({ qpm: 500 }, stage.ports)).toMatchObject({ lever: 3, qpm: 500 });
    expect(stage.mayRun).toHaveLength(1);
  });

  test("reserves nothing where the account has nothing to reserve", async () => {
    const stage = await stageAt(3, { reserved: false });
    await changeLever({ lever: 1 }, stage.ports);
    expect(await stage.now()).toMatchObject({ lever: 1, reservedConcurrency: 3 });
  });
});

test("a deploy sets what the ledger says, and nothing when it is so already", async () => {
  const stage = await stageAt(3);
  await stage.ports.ledger.changeSettings({ lever: 1 });
  await applyLever(stage.ports);
  expect(await stage.now()).toMatchObject(leverEffect(1));
  const writes = stage.mayRun.length;
  await applyLever(stage.ports);
  expect(stage.mayRun).toHaveLength(writes);
});

test.each([
  ["changed", ({ ports }: StageAt) => changeLever({ lever: 5 }, ports)],
  ["applied", ({ ports }: StageAt) => applyLever(ports)],
])("a lever that is set to 0 while another is %s is obeyed", async (_how, work) => {
  const stage = await stageAt(2);
  await stage.ports.ledger.changeSettings({ lever: 4 });
  const { reserve } = stage.ports.workers;
  let meanwhile = true;
  const workers: WorkerLimits = {
    ...stage.ports.workers,
    async reserve(to) {
      await reserve(to);
      if (meanwhile) {
        meanwhile = false;
        await stage.ports.ledger.changeSettings({ lever: 0 });
      }
    },
  };
  await work({ ...stage, ports: { ...stage.ports, workers } });
  expect(await stage.now()).toMatchObject({ lever: 0, ...leverEffect(0) });
});

type StageAt = Awaited<ReturnType<typeof stageAt>>;
