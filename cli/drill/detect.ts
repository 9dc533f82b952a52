import { rulesOfRuns } from "../../shared/telemetry/alarm-rules.ts";
import { raisedAlarms } from "../../shared/telemetry/evaluate-alarm.ts";
import { metricNames } from "../../shared/telemetry/metric-names.ts";
import { coordinatorSilenceMs } from "../../shared/telemetry/thresholds.ts";
import type { StageMetrics } from "../stage/stage.ts";
import { linesWith } from "../stage/stage-thresholds.ts";

/**
 * Text of the first of these alarms that the recorded metrics raise; undefined when they raise
 * none.
 */
export async function alarmRaised(
  { ledger, metrics }: StageMetrics,
  ids: readonly string[],
  sinceMs: number,
): Promise<string | undefined> {
  const lines = linesWith(await ledger.readSettings());
  const rules = rulesOfRuns(lines).filter(({ id }) => ids.includes(id));
  const window = { fromMs: sinceMs, toMs: Date.now() };
  const [first] = await raisedAlarms(rules, metrics, window);
  return first === undefined
    ? undefined
    : `${first.id}: ${first.worst} (threshold ${first.threshold})`;
}

/**
 * Text for a queue whose size has not been reported for so long that it is a fault; otherwise
 * undefined.
 */
export async function coordinatorSilent(
  { metrics }: StageMetrics,
  sinceMs: number,
): Promise<string | undefined> {
  const nowMs = Date.now();
  const periodMs = metrics.shortestPeriodMs;
  const fromMs = Math.floor((sinceMs - coordinatorSilenceMs) / periodMs) * periodMs;
  const [recorded = []] = await metrics.read(
    [{ name: metricNames.queueSize, statistic: "SampleCount" }],
    { fromMs, toMs: nowMs, periodMs },
  );
  const last = recorded.at(-1);
  const lastMs = last === undefined ? sinceMs : last.fromMs + periodMs;
  const silentMs = nowMs - lastMs;
  if (silentMs < coordinatorSilenceMs) return undefined;
  const line = coordinatorSilenceMs / 1_000;
  return `${metricNames.queueSize} has not been reported for ${Math.floor(silentMs / 1_000)} s (threshold ${line})`;
}
