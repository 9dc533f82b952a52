import { expect, test } from "vitest";
import { escalationLines, readEscalations } from "../../cli/stage/escalations.ts";
import { plantedSeries } from "../support/samples/planted-series.ts";
import { memoryLedger } from "../support/stores/memory-ledger.ts";

const nowMs = Date.parse("2026-10-20T12:10:30Z");
const minutesAgo = (minutes: number) => nowMs - minutes * 60_000;

async function escalations(plant: (series: ReturnType<typeof plantedSeries>) => void) {
  const series = plantedSeries();
  plant(series);
  const ledger = memoryLedger({ lever: 3 });
  await ledger.changeSettings({ queueSize: 500 });
  return readEscalations({ ledger, metrics: series.metrics }, nowMs);
}

test("a queue at 80 % of what is set, a slow halt and 1,000 requests for two minutes escalate", async () => {
  const found = await escalations(({ plant }) => {
    plant(minutesAgo(12), { haltDuration: 5_200 });
    plant(minutesAgo(1.2), { quotaUsage: 1_010 }, "property");
    plant(minutesAgo(0.2), { quotaUsage: 1_020 }, "property");
    plant(minutesAgo(0.1), { queueSize: 400 });
  });
  expect(found).toEqual([
    expect.objectContaining({ id: "halt-duration-page", observed: 5_200, active: false }),
    expect.objectContaining({
      id: "quota-usage-property-escalate",
      threshold: 1_000,
      observed: 1_020,
      from: "2026-10-20T12:09:00.000Z",
      to: "2026-10-20T12:10:30.000Z",
      active: true,
    }),
    expect.objectContaining({ id: "queue-size-page", threshold: 400, active: true }),
  ]);
  const lines = escalationLines(found, nowMs, { colour: false });
  expect(lines).toHaveLength(5);
  expect(lines[3]).toMatch(
    /! quota-usage-property-escalate, since .*1,020, the threshold is 1,000\.$/,
  );
});

test("what warns, or is long over, does not", async () => {
  const found = await escalations(({ plant }) => {
    plant(minutesAgo(1), { queueSize: 399, haltDuration: 5_000 });
    plant(minutesAgo(1), { quotaUsage: 1_010 }, "property");
    plant(minutesAgo(20), { queueSize: 500 });
  });
  expect(found).toEqual([]);
  expect(escalationLines(found, nowMs, { colour: false })).toEqual([]);
});
