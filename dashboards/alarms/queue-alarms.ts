import { mailboxAgeSeconds } from "../../shared/telemetry/thresholds.ts";
import type { AlarmDefinition } from "../alarm-definition.ts";
import { fiveMinutes, minute, type Sources } from "../sources.ts";

export function queueAlarms({ lines, own, queue }: Sources) {
  const size = own("queueSize", { statistic: "Maximum", period: minute });
  const inFlight = own("inFlight", { statistic: "Maximum", period: minute });
  return {
    queueSizeWarn: {
      id: "queue-size-warn",
      severity: "warn",
      runbook: "queue-depth",
      says: "More batches wait than the workers get through.",
      series: size,
      threshold: lines.queueSize.warn,
      when: "from",
      periods: 1,
    },
    queueSizePage: {
      id: "queue-size-page",
      severity: "page",
      runbook: "queue-depth",
      says: "The queue of a run is nearly full.",
      series: size,
      threshold: lines.queueSize.page,
      when: "from",
      periods: 1,
    },
    inFlightWarn: {
      id: "in-flight-warn",
      severity: "warn",
      runbook: "in-flight-batches",
      says: "Nearly as many batches as allowed are rung and not handed in.",
      series: inFlight,
      threshold: lines.inFlight.warn,
      when: "from",
      periods: 1,
    },
    inFlightPage: {
      id: "in-flight-page",
      severity: "page",
      runbook: "in-flight-batches",
      says: "As many batches as allowed have been in flight for five minutes.",
      series: inFlight,
      threshold: lines.inFlight.page,
      when: "from",
      periods: 5,
    },
    mailboxAgePage: {
      id: "mailbox-age-page",
      severity: "page",
      runbook: "mailbox",
      says: "Messages lie in the queue and nobody takes them.",
      series: queue("ApproximateAgeOfOldestMessage", "batches", {
        statistic: "Maximum",
        period: minute,
      }),
      threshold: mailboxAgeSeconds.page,
      when: "from",
      periods: 5,
    },
    deadLettersWarn: {
      id: "dead-letters-warn",
      severity: "warn",
      runbook: "dead-letters",
      says: "A message was put aside that no worker understands.",
      series: queue("ApproximateNumberOfMessagesVisible", "deadLetters", {
        statistic: "Maximum",
        period: fiveMinutes,
      }),
      threshold: 1,
      when: "from",
      periods: 1,
    },
  } as const satisfies Record<string, AlarmDefinition>;
}
