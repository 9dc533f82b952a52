import { nightRules, runRules } from "../../shared/telemetry/alarm-rules.ts";
import { type AlarmDefinition, alarmsOf } from "../base/alarm-definition.ts";
import { fiveMinutes, type Sources } from "../base/sources.ts";

export function runAlarms(sources: Sources) {
  return {
    ...alarmsOf(sources, runRules),
    nightlyFailedPage: {
      id: "nightly-failed-page",
      severity: "page",
      runbook: "nightly-sync",
      says: "The nightly sync itself failed: properties were not even looked at.",
      series: sources.machine("ExecutionsFailed", "nightly", {
        statistic: "Sum",
        period: fiveMinutes,
      }),
      threshold: 1,
      when: "from",
      periods: 1,
    },
    ...alarmsOf(sources, nightRules),
  } as const satisfies Record<string, AlarmDefinition>;
}
