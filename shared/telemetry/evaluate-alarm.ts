import { minuteMs } from "../lib/durations.ts";
import type { AlarmRule } from "./alarm-rules.ts";
import { metricNames } from "./metric-names.ts";
import type { MetricSource, MetricValue, MetricWindow } from "./metric-source.ts";

/** A time that an alarm was raised for: epoch ms, from the first stretch beyond its line to the last. */
export type RaisedAlarm = Pick<AlarmRule, "id" | "severity" | "says" | "threshold"> & {
  readonly fromMs: number;
  readonly toMs: number;
  /** Furthest beyond the line; null where silence raised it. */
  readonly worst: number | null;
};

/**
 * When the rules' alarms were raised, oldest first, by what was recorded: what CloudWatch would
 * have said of the same metrics. Its stretches begin at whole minutes, fives and hours, and so do
 * these; the one that is going on counts as far as it has come.
 */
export async function raisedAlarms(
  rules: readonly AlarmRule[],
  metrics: MetricSource,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): Promise<readonly RaisedAlarm[]> {
  const byPeriod = Map.groupBy(rules, ({ periodMinutes }) => periodMinutes);
  const raised = await Promise.all(
    [...byPeriod].map(async ([periodMinutes, together]) => {
      const periodMs = periodMinutes * minuteMs;
      const window = { fromMs: Math.floor(fromMs / periodMs) * periodMs, toMs, periodMs };
      const queries = together.map(({ metric, statistic, scope }) => ({
        name: metricNames[metric],
        statistic,
        ...(scope === undefined ? {} : { scope }),
      }));
      const answers = await metrics.read(queries, window);
      return together.flatMap((rule, index) => timesRaised(rule, answers[index] ?? [], window));
    }),
  );
  return raised.flat().sort((a, b) => a.fromMs - b.fromMs);
}

/** When the values of a window raised the alarm. */
export function timesRaised(
  rule: AlarmRule,
  values: readonly MetricValue[],
  { fromMs, toMs, periodMs }: MetricWindow,
): readonly RaisedAlarm[] {
  const byPeriod = new Map(values.map((value) => [value.fromMs, value.value]));
  const raised: RaisedAlarm[] = [];
  let beyond: (number | null)[] = [];

  function end(atMs: number): void {
    const figures = beyond.filter((value) => value !== null);
    if (beyond.length >= rule.periods) {
      const worst = figures.length === 0 ? null : Math.max(...figures);
      const { id, severity, says, threshold } = rule;
      const alarm = { id, severity, says, threshold };
      raised.push({ ...alarm, fromMs: atMs - beyond.length * periodMs, toMs: atMs, worst });
    }
    beyond = [];
  }

  for (let atMs = fromMs; atMs < toMs; atMs += periodMs) {
    const value = byPeriod.get(atMs);
    if (breaches(rule, value)) beyond.push(value ?? null);
    else end(atMs);
  }
  end(fromMs + Math.ceil((toMs - fromMs) / periodMs) * periodMs);
  return raised;
}

function breaches(rule: AlarmRule, value: number | undefined): boolean {
  if (value === undefined) return rule.missingBreaches === true;
  return rule.when === "above" ? value > rule.threshold : value >= rule.threshold;
}
