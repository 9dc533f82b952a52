import { describe, expect, test } from "vitest";
import { newBatch } from "../../shared/ledger/batch.ts";
import { changed } from "../../shared/ledger/decision.ts";
import { dispatchRun } from "../../shared/ledger/transitions/dispatch-run.ts";
import { aRun } from "../support/samples/a-run.ts";
import { pacific } from "../support/samples/pacific.ts";
import { memoryLedger } from "../support/stores/memory-ledger.ts";
import { newCoverage } from "./coverage.ts";
import { watchLedger } from "./watch-ledger.ts";

/** Sends with one lever where the settings have had another for `sinceMs`; what is said of it. */
async function violationsOf(
  sent: { readonly lever: number; readonly queueSize?: number },
  set: { readonly lever: number; readonly queueSize?: number },
  sinceMs: number,
): Promise<readonly string[]> {
  const violations: string[] = [];
  let nowMs = 1_000;
  const ledger = watchLedger(memoryLedger({ lever: 5 }), {
    nowMs: () => nowMs,
    coverage: newCoverage(),
    settings: { lever: 5 },
    settingsLagMs: () => 15_000,
    countsTakes: true,
    slotsMayRunOut: () => false,
    violated: (what) => violations.push(what),
  });
  const run = aRun({ concurrency: 5, batches: 20 });
  await ledger.createRun(run);
  await ledger.changeSettings(set);
  nowMs += sinceMs;
  await ledger.changeRun(run.runId, (known) =>
    dispatchRun(known, { ...sent, execution: run.execution }, nowMs),
  );
  return violations;
}

describe("a send against the settings as they were last written", () => {
  test("is right when it heeds them, or those that its dispatcher may have read before", async () => {
    expect(await violationsOf({ lever: 1 }, { lever: 1 }, 60_000)).toEqual([]);
    expect(await violationsOf({ lever: 5 }, { lever: 1 }, 5_000)).toEqual([]);
  });

  test.each([0, 1, 3])("is wrong beyond lever %i", async (lever) => {
    const [violation] = await violationsOf({ lever: 5 }, { lever }, 60_000);
    const most = lever <= 1 ? lever : lever + 2;
    expect(violation).toBe(`sent to 7 in flight where the settings allow ${most}`);
  });

  test("is wrong beyond the settings' queue", async () => {
    const [violation] = await violationsOf({ lever: 2 }, { lever: 2, queueSize: 4 }, 60_000);
    expect(violation).toMatch(/admitted to \d+ queued and in flight where the settings allow 4/);
  });
});

describe("a plan", () => {
  const days = ["2026-01-01", "2026-01-02"].map((date) => ({
    siteUrl: "sc-domain:example.com",
    report: "page_query",
    date: pacific(date),
  }));

  function watched() {
    const violations: string[] = [];
    const ledger = watchLedger(memoryLedger({ lever: 5 }), {
      nowMs: () => 1_000,
      coverage: newCoverage(),
      settings: { lever: 5 },
      settingsLagMs: () => 0,
      countsTakes: false,
      slotsMayRunOut: () => false,
      violated: (what) => violations.push(what),
    });
    return { ledger, violations };
  }

  test("may be made again, smaller, until the run starts", async () => {
    const { ledger, violations } = watched();
    await ledger.putBatches([newBatch("run", "b000000", days, 1)]);
    await ledger.putBatches([newBatch("run", "b000000", days.slice(1), 2)]);
    expect(violations).toEqual([]);
  });

  test("stays as it is from then on", async () => {
    const { ledger, violations } = watched();
    const run = aRun({ runId: "run", status: "planned", batches: 1 });
    await ledger.createRun(run);
    await ledger.putBatches([newBatch("run", "b000000", days, 1)]);
    await ledger.changeRun("run", (known) => changed({ ...known, status: "running" }, undefined));
    await ledger.putBatches([newBatch("run", "b000000", days, 2)]);
    expect(violations).toEqual(["b000000 was planned after the start"]);
  });

  test("loses no unit to a take", async () => {
    const { ledger, violations } = watched();
    await ledger.putBatches([newBatch("run", "b000000", days, 1)]);
    await ledger.saveBatch(newBatch("run", "b000000", days.slice(1), 2));
    expect(violations).toContain("b000000 lost a unit");
  });
});
