import type { metricNames } from "./metric-names.ts";
import {
  approachingAnHour,
  batchDurationMs,
  failedTakeMinutes,
  freshnessDays,
  haltMs,
  type Lines,
} from "./thresholds.ts";

/**
 * When an alarm on one of our own metrics is raised. CloudWatch's alarms are made of these, and
 * recorded metrics are judged by them too: an alarm is the same everywhere.
 */
export type AlarmRule = {
  /** Unique within the stage; ends in the severity. */
  readonly id: string;
  readonly severity: "warn" | "page";
  /** Its section of docs/runbook.md: the heading, in lower case with dashes. */
  readonly runbook: string;
  /** What is the case when it is raised, in a sentence. */
  readonly says: string;
  readonly metric: keyof typeof metricNames;
  /** Of the quota's metrics, which have it as a dimension. */
  readonly scope?: keyof Lines["usage"];
  readonly statistic: "Sum" | "Maximum" | "p99";
  readonly periodMinutes: number;
  readonly threshold: number;
  /** `above`: strictly; `from`: at it or above. */
  readonly when: "above" | "from";
  /** Stretches in a row. */
  readonly periods: number;
  /** Silence is an alarm too. */
  readonly missingBreaches?: boolean;
};

export function queueRules(lines: Pick<Lines, "queueSize" | "inFlight">) {
  const size = { metric: "queueSize", statistic: "Maximum", periodMinutes: 1 } as const;
  const inFlight = { metric: "inFlight", statistic: "Maximum", periodMinutes: 1 } as const;
  return {
    queueSizeWarn: {
      ...size,
      id: "queue-size-warn",
      severity: "warn",
      runbook: "queue-depth",
      says: "More batches wait than the workers get through.",
      threshold: lines.queueSize.warn,
      when: "from",
      periods: 1,
    },
    queueSizePage: {
      ...size,
      id: "queue-size-page",
      severity: "page",
      runbook: "queue-depth",
      says: "The queue of a run is nearly full.",
      threshold: lines.queueSize.page,
      when: "from",
      periods: 1,
    },
    inFlightWarn: {
      ...inFlight,
      id: "in-flight-warn",
      severity: "warn",
      runbook: "in-flight-batches",
      says: "Nearly as many batches as allowed are rung and not handed in.",
      threshold: lines.inFlight.warn,
      when: "from",
      periods: 1,
    },
    inFlightPage: {
      ...inFlight,
      id: "in-flight-page",
      severity: "page",
      runbook: "in-flight-batches",
      says: "As many batches as allowed have been in flight for five minutes.",
      threshold: lines.inFlight.page,
      when: "from",
      periods: 5,
    },
  } as const satisfies Record<string, AlarmRule>;
}

export function quotaRules(lines: Pick<Lines, "usage">) {
  const usage = (scope: keyof Lines["usage"], line: "warn" | "escalate" | "page"): AlarmRule => ({
    id: `quota-usage-${scope}-${line}`,
    severity: line === "warn" ? "warn" : "page",
    runbook: "quota-usage",
    says: `A minute held ${lines.usage[scope][line]} requests of the ${lines.usage[scope].limit} that Google allows the ${scope}.`,
    metric: "quotaUsage",
    scope,
    statistic: "Maximum",
    periodMinutes: 1,
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
      metric: "quotaApproaching",
      statistic: "Sum",
      periodMinutes: 60,
      threshold: approachingAnHour.warn,
      when: "above",
      periods: 1,
    },
    exceededPage: {
      id: "quota-exceeded-page",
      severity: "page",
      runbook: "quota-exceeded",
      says: "Google refused requests for quota.",
      metric: "quotaExceeded",
      statistic: "Sum",
      periodMinutes: 1,
      threshold: 1,
      when: "from",
      periods: 1,
    },
  } as const satisfies Record<string, AlarmRule>;
}

const failedTakes = {
  runbook: "failed-takes",
  metric: "takesFailed",
  statistic: "Sum",
  periodMinutes: 1,
  threshold: 1,
  when: "from",
} as const;

export const runRules = {
  takesFailedWarn: {
    ...failedTakes,
    id: "takes-failed-warn",
    severity: "warn",
    says: "Workers cannot store what they fetch: a store or the event bus is away.",
    periods: failedTakeMinutes.warn,
  },
  takesFailedPage: {
    ...failedTakes,
    id: "takes-failed-page",
    severity: "page",
    says: `A store or the event bus has been away for ${failedTakeMinutes.page} minutes: nothing is stored.`,
    periods: failedTakeMinutes.page,
  },
  batchDurationPage: {
    id: "batch-duration-page",
    severity: "page",
    runbook: "worker-batch-duration",
    says: "One batch in a hundred takes its worker five seconds or longer.",
    metric: "batchDuration",
    statistic: "p99",
    periodMinutes: 5,
    threshold: batchDurationMs.page,
    when: "from",
    periods: 1,
  },
  haltDurationPage: {
    id: "halt-duration-page",
    severity: "page",
    runbook: "halt-duration",
    says: "A halt took longer than five seconds to reach every worker.",
    metric: "haltDuration",
    statistic: "Maximum",
    periodMinutes: 1,
    threshold: haltMs.page,
    when: "above",
    periods: 1,
  },
  runsFailedWarn: {
    id: "runs-failed-warn",
    severity: "warn",
    runbook: "failed-runs",
    says: "A run failed.",
    metric: "runsFailed",
    statistic: "Sum",
    periodMinutes: 5,
    threshold: 1,
    when: "from",
    periods: 1,
  },
  unitsFailedWarn: {
    id: "units-failed-warn",
    severity: "warn",
    runbook: "failed-units",
    says: "A run ended with days that could not be fetched.",
    metric: "unitsFailed",
    statistic: "Sum",
    periodMinutes: 5,
    threshold: 1,
    when: "from",
    periods: 1,
  },
  runsLostWarn: {
    id: "runs-lost-warn",
    severity: "warn",
    runbook: "lost-runs",
    says: "A run had no execution any more and was halted.",
    metric: "runsLost",
    statistic: "Sum",
    periodMinutes: 5,
    threshold: 1,
    when: "from",
    periods: 1,
  },
} as const satisfies Record<string, AlarmRule>;

/** Of what a stage's nights measure; a home has none. */
export const nightRules = {
  staleReportsWarn: {
    id: "stale-reports-warn",
    severity: "warn",
    runbook: "freshness",
    says: `The newest complete day of a report is ${freshnessDays.warn} days old or older, or nobody measures it.`,
    metric: "staleReports",
    statistic: "Maximum",
    periodMinutes: 60,
    threshold: 1,
    when: "from",
    periods: 3,
    missingBreaches: true,
  },
  freshnessPage: {
    id: "freshness-page",
    severity: "page",
    runbook: "freshness",
    says: `The newest complete day of a report is ${freshnessDays.page} days old or older, or nobody measures it.`,
    metric: "freshnessLag",
    statistic: "Maximum",
    periodMinutes: 60,
    threshold: freshnessDays.page,
    when: "from",
    periods: 3,
    missingBreaches: true,
  },
  quarantinedWarn: {
    id: "quarantined-warn",
    severity: "warn",
    runbook: "quarantine",
    says: "Search Console refuses a registered property: it is not synced.",
    metric: "quarantinedProperties",
    statistic: "Maximum",
    periodMinutes: 60,
    threshold: 1,
    when: "from",
    periods: 1,
  },
} as const satisfies Record<string, AlarmRule>;

/** What runs are judged by wherever they run. */
export function rulesOfRuns(lines: Lines): readonly AlarmRule[] {
  return [queueRules(lines), quotaRules(lines), runRules].flatMap((rules) => Object.values(rules));
}

/** The playbook's "escalate immediately if": one of them is enough. */
export const escalatingAlarms = [
  "quota-usage-property-escalate",
  "quota-usage-account-escalate",
  "queue-size-page",
  "halt-duration-page",
] as const;
