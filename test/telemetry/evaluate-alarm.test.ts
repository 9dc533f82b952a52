import { expect, test } from "vitest";
import { nightRules, rulesOfRuns } from "../../shared/telemetry/alarm-rules.ts";
import { raisedAlarms, timesRaised } from "../../shared/telemetry/evaluate-alarm.ts";
import { linesOf } from "../../shared/telemetry/thresholds.ts";
import { plantedSeries } from "../support/samples/planted-series.ts";

const startMs = Date.parse("2026-10-20T12:00:00Z");
const rules = rulesOfRuns(linesOf({ maxQueueSize: 1_000, maxInFlight: 10 }));
const hour = { fromMs: startMs, toMs: startMs + 3_600_000 };

async function raised(
  planted: readonly (readonly [
    seconds: number,
    Parameters<ReturnType<typeof plantedSeries>["plant"]>[1],
    scope?: "property",
  ])[],
) {
  const { metrics, plant } = plantedSeries();
  for (const [seconds, values, scope] of planted) plant(startMs + seconds * 1_000, values, scope);
  return (await raisedAlarms(rules, metrics, hour)).map(({ id, fromMs, toMs, worst }) => ({
    id,
    from: (fromMs - startMs) / 1_000,
    to: (toMs - startMs) / 1_000,
    worst,
  }));
}

test("1,000 requests a minute escalate from the second minute in a row", async () => {
  const once = [[10, { quotaUsage: 1_040 }, "property"]] as const;
  expect(await raised(once)).toEqual([
    { id: "quota-usage-property-warn", from: 0, to: 60, worst: 1_040 },
  ]);
  const twice = await raised([...once, [70, { quotaUsage: 1_000 }, "property"]]);
  expect(twice).toContainEqual({
    id: "quota-usage-property-escalate",
    from: 0,
    to: 120,
    worst: 1_040,
  });
  const apart = await raised([...once, [130, { quotaUsage: 1_000 }, "property"]]);
  expect(apart.map(({ id }) => id)).not.toContain("quota-usage-property-escalate");
});

test("a line is reached, or passed, as its alarm says", async () => {
  expect(
    await raised([[10, { queueSize: 799, haltDuration: 5_000, quotaApproaching: 1 }]]),
  ).toEqual([{ id: "queue-size-warn", from: 0, to: 60, worst: 799 }]);
  const beyond = await raised([[10, { queueSize: 800, haltDuration: 5_001, quotaApproaching: 2 }]]);
  expect(beyond.map(({ id }) => id).sort()).toEqual([
    "halt-duration-page",
    "queue-size-page",
    "queue-size-warn",
    "quota-approaching-warn",
  ]);
});

test("ten batches in flight page after five minutes", async () => {
  const minutes = (count: number) =>
    Array.from({ length: count }, (_, at) => [at * 60 + 5, { inFlight: 10 }] as const);
  const ids = async (count: number) => (await raised(minutes(count))).map(({ id }) => id);
  expect(await ids(4)).not.toContain("in-flight-page");
  expect(await ids(5)).toContain("in-flight-page");
});

test("silence raises an alarm that asks for it, and no other", () => {
  const silent = { ...hour, toMs: startMs + 4 * 3_600_000, periodMs: 3_600_000 };
  const value = { fromMs: startMs, value: 0 };
  expect(timesRaised(nightRules.freshnessPage, [value], silent)).toMatchObject([
    { id: "freshness-page", fromMs: startMs + 3_600_000, worst: null },
  ]);
  expect(timesRaised(nightRules.quarantinedWarn, [value], silent)).toEqual([]);
});
