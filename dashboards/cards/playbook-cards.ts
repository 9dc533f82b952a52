import { queueAlarms } from "../alarms/queue-alarms.ts";
import { quotaAlarms } from "../alarms/quota-alarms.ts";
import { runAlarms } from "../alarms/run-alarms.ts";
import { fiveMinutes, minute, type Sources } from "../base/sources.ts";
import { card } from "./card.ts";

/** The five cards of the rollout playbook. */
export function seedCards(sources: Sources) {
  const { own, lines } = sources;
  const queue = queueAlarms(sources);
  const quota = quotaAlarms(sources);
  const { batchDurationPage } = runAlarms(sources);
  const max = (label: string) => ({ statistic: "Maximum", period: minute, label }) as const;
  const count = (label: string) => ({ statistic: "Sum", period: minute, label }) as const;
  const duration = (statistic: "p50" | "p95" | "p99") =>
    own("batchDuration", { statistic, period: fiveMinutes, label: statistic });
  return [
    [
      card({
        title: "Queue depth",
        unit: "batches",
        series: [own("queueSize", max("batches waiting, the fullest run"))],
        alarms: [queue.queueSizeWarn, queue.queueSizePage],
      }),
      card({
        title: "In-flight batches",
        unit: "batches",
        series: [own("inFlight", max("rung and not handed in"))],
        alarms: [queue.inFlightWarn, queue.inFlightPage],
      }),
      card({
        title: "Worker batch duration",
        unit: "ms",
        series: [duration("p50"), duration("p95"), duration("p99")],
        alarms: [batchDurationPage],
      }),
    ],
    [
      card({
        title: "Requests a minute against the budget",
        unit: "requests",
        width: 12,
        series: [
          own("quotaUsage", max("property"), "property"),
          own("quotaUsage", max("account"), "account"),
          own("pageRequests", count("sent, all properties")),
        ],
        alarms: [quota.usagePropertyWarn, quota.usagePropertyEscalate, quota.usagePropertyPage],
        lines: [{ value: lines.usage.property.limit, label: "Google's limit", color: "#7a7a7a" }],
      }),
      card({
        title: "Quota events",
        unit: "times",
        width: 12,
        series: [
          own("quotaApproaching", count("approaching (80 % of a limit)")),
          own("quotaExceeded", count("exceeded (Google refused)")),
          own("quotaDeferred", count("deferred (our limiter made a claim wait)")),
        ],
        alarms: [quota.exceededPage],
      }),
    ],
  ];
}
