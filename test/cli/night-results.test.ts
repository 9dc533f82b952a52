import { expect, test } from "vitest";
import { nightResults } from "../../cli/night-results.ts";
import { memoryLedger } from "../../shared/ledger/memory-ledger.ts";
import { nightByHand, planNight } from "../../shared/plan/plan-night.ts";
import { newProperty, pauseProperty } from "../../shared/registry/property.ts";
import { aRun } from "../support/a-run.ts";
import { memoryRowStore } from "../support/memory-row-store.ts";

const nowMs = Date.parse("2026-06-20T12:00:00Z");
const synced = newProperty("sc-domain:one.example", nowMs);
const idle = newProperty("sc-domain:two.example", nowMs);
const paused = pauseProperty(newProperty("sc-domain:three.example", nowMs), nowMs);

test("a night's runs are found by the names that planning gives them", async () => {
  const ledger = memoryLedger({ lever: 3 });
  const { runs } = await planNight(
    { properties: [synced], night: nightByHand("20260620-120000-abcd"), after: "" },
    {
      ledger,
      rows: memoryRowStore(),
      nowMs: () => nowMs,
      skipped: () => {},
      failed: (_, error) => {
        throw error;
      },
    },
  );
  const [run] = runs;
  await ledger.createRun(
    aRun({ runId: run?.name ?? "", siteUrl: synced.siteUrl, status: "complete", endedAtMs: nowMs }),
  );
  const results = await nightResults(ledger, [synced, idle, paused], "20260620-120000-abcd");
  expect(results.map(({ siteUrl, status, reason }) => [siteUrl, status, reason])).toEqual([
    [synced.siteUrl, "complete", null],
    [idle.siteUrl, "skipped", expect.stringContaining("no work")],
    [paused.siteUrl, "skipped", "it is paused"],
  ]);
  expect(results[0]?.run?.runId).toBe(run?.name);
});
