import { Duration } from "aws-cdk-lib";
import { ComparisonOperator, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import type { AlarmRule } from "../../shared/telemetry/alarm-rules.ts";
import type { Series, Sources } from "./sources.ts";

export type Severity = AlarmRule["severity"];

/** An alarm, and with it the line on the card of what it watches. */
export type AlarmDefinition = Omit<
  AlarmRule,
  "metric" | "scope" | "statistic" | "periodMinutes"
> & {
  readonly series: Series;
};

/** The alarm on a metric of ours. */
export function alarmOf(sources: Sources, rule: AlarmRule): AlarmDefinition {
  const { metric, scope, statistic, periodMinutes, ...definition } = rule;
  const period = Duration.minutes(periodMinutes);
  return { ...definition, series: sources.own(metric, { statistic, period }, scope) };
}

/** The same of several, by their names. */
export function alarmsOf<Names extends string>(
  sources: Sources,
  rules: Readonly<Record<Names, AlarmRule>>,
): Readonly<Record<Names, AlarmDefinition>>;
export function alarmsOf(sources: Sources, rules: Readonly<Record<string, AlarmRule>>) {
  return Object.fromEntries(
    Object.entries(rules).map(([name, rule]) => [name, alarmOf(sources, rule)]),
  );
}

export function comparisonOf({ when }: AlarmDefinition): ComparisonOperator {
  return when === "above"
    ? ComparisonOperator.GREATER_THAN_THRESHOLD
    : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD;
}

export function missingDataOf({ missingBreaches }: AlarmDefinition): TreatMissingData {
  return missingBreaches === true ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING;
}

export const severityColours: Readonly<Record<Severity, string>> = {
  warn: "#e08f00",
  page: "#c7162b",
};
