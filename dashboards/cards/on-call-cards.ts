import { functionNames } from "../../shared/config/names.ts";
import { platformAlarms } from "../alarms/platform-alarms.ts";
import { queueAlarms } from "../alarms/queue-alarms.ts";
import { runAlarms } from "../alarms/run-alarms.ts";
import { fiveMinutes, hour, minute, type Sources } from "../base/sources.ts";
import { card } from "./card.ts";

/** What on-call needs beside the playbook's cards. */
export function onCallCards(sources: Sources) {
  const { own, queue, lambda } = sources;
  const queueAlarm = queueAlarms(sources);
  const runAlarm = runAlarms(sources);
  const throttles = platformAlarms(sources).find(({ runbook }) => runbook === "function-throttles");
  const count = (label: string) => ({ statistic: "Sum", period: fiveMinutes, label }) as const;
  const max = (label: string) => ({ statistic: "Maximum", period: minute, label }) as const;
  return [
    [
      card({
        title: "Runs",
        unit: "runs",
        series: [
          own("runsEnded", count("ended")),
          own("runsFailed", count("failed")),
          own("runsHalted", count("halted")),
          own("runsLost", count("lost their execution")),
        ],
        alarms: [runAlarm.runsFailedWarn],
      }),
      card({
        title: "Failed units",
        unit: "units",
        series: [own("unitsFailed", count("failed units"))],
        alarms: [runAlarm.unitsFailedWarn],
      }),
      card({
        title: "Freshness",
        unit: "days",
        series: [
          own("freshnessLag", {
            statistic: "Maximum",
            period: hour,
            label: "days behind, the stalest report",
          }),
        ],
        alarms: [runAlarm.freshnessPage],
        right: [
          own("staleReports", { statistic: "Maximum", period: hour, label: "stale reports" }),
          own("quarantinedProperties", {
            statistic: "Maximum",
            period: hour,
            label: "quarantined properties",
          }),
        ],
      }),
    ],
    [
      card({
        title: "Mailbox",
        unit: "messages",
        series: [
          queue("ApproximateNumberOfMessagesVisible", "batches", max("visible")),
          queue("ApproximateNumberOfMessagesNotVisible", "batches", max("taken")),
        ],
        right: [queue("ApproximateAgeOfOldestMessage", "batches", max("age of the oldest, s"))],
      }),
      card({
        title: "Dead letters",
        unit: "messages",
        series: [queue("ApproximateNumberOfMessagesVisible", "deadLetters", max("dead letters"))],
        alarms: [queueAlarm.deadLettersWarn],
      }),
      card({
        title: "Retries and crashes",
        unit: "times",
        series: [
          own("batchRetries", count("requests sent again")),
          own("requeues", count("batches put back")),
          own("takesFailed", count("takes that failed, a store away")),
          own("workerCrashes", count("units whose worker died")),
          own("leaseExpiries", count("leases that ran out")),
        ],
      }),
    ],
    [
      card({
        title: "Function errors",
        unit: "errors",
        series: functionNames.map((name) => lambda("Errors", name, count(name))),
      }),
      card({
        title: "Function throttles",
        unit: "throttles",
        series: functionNames.map((name) => lambda("Throttles", name, count(name))),
        alarms: throttles === undefined ? [] : [throttles],
      }),
      card({
        title: "Halt duration",
        unit: "ms",
        series: [own("haltDuration", max("from the halt to the last batch"))],
        alarms: [runAlarm.haltDurationPage],
      }),
    ],
  ];
}
