import { queueRules } from "../../shared/telemetry/alarm-rules.ts";
import { mailboxAgeSeconds } from "../../shared/telemetry/thresholds.ts";
import { type AlarmDefinition, alarmsOf } from "../base/alarm-definition.ts";
import { fiveMinutes, minute, type Sources } from "../base/sources.ts";

export function queueAlarms(sources: Sources) {
  const { lines, queue } = sources;
  return {
    ...alarmsOf(sources, queueRules(lines)),
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
