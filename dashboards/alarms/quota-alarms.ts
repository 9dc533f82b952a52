import { approachingAnHour } from "../../shared/telemetry/thresholds.ts";
import type { AlarmDefinition } from "../alarm-definition.ts";
import { hour, minute, type QuotaScopeName, type Sources } from "../sources.ts";

export function quotaAlarms({ lines, own }: Sources) {
  const usage = (scope: QuotaScopeName, line: "warn" | "escalate" | "page"): AlarmDefinition => ({
    id: `quota-usage-${scope}-${line}`,
    severity: line === "warn" ? "warn" : "page",
    runbook: "quota-usage",
    says: `A minute held ${lines.usage[scope][line]} requests of the ${lines.usage[scope].limit} that Google allows the ${scope}.`,
    series: own("quotaUsage", { statistic: "Maximum", period: minute }, scope),
    threshold: lines.usage[scope][line],
    when: "from",
    periods: line === "escalate" ? 2 : 1,
  });
  return {
    usagePropertyWarn: usage("property", "warn"),
    usagePropertyEscalate: usage("property", "escalate"),
    usagePropertyPage: usage("property", "page"),
    usageAccountWarn: usage("account", "warn"),
    usageAccountEscalate: usage("account", "escalate"),
    usageAccountPage: usage("account", "page"),
    usageProjectWarn: usage("project", "warn"),
    usageProjectPage: usage("project", "page"),
    approachingWarn: {
      id: "quota-approaching-warn",
      severity: "warn",
      runbook: "quota-approaching",
      says: "A scope came to 80 % of its limit more than once within an hour.",
      series: own("quotaApproaching", { statistic: "Sum", period: hour }),
      threshold: approachingAnHour.warn,
      when: "above",
      periods: 1,
    },
    exceededPage: {
      id: "quota-exceeded-page",
      severity: "page",
      runbook: "quota-exceeded",
      says: "Google refused requests for quota.",
      series: own("quotaExceeded", { statistic: "Sum", period: minute }),
      threshold: 1,
      when: "from",
      periods: 1,
    },
  } as const satisfies Record<string, AlarmDefinition>;
}
