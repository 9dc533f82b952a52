import { MathExpression } from "aws-cdk-lib/aws-cloudwatch";
import { functionNames } from "../../shared/config/names.ts";
import { hour, type Sources } from "../base/sources.ts";
import { card } from "./card.ts";

/** What the bill is made of; docs/cost.md has the formula. */
export function costCards({ own, lambda, machine, table, queue }: Sources) {
  const hourly = (label: string) => ({ statistic: "Sum", period: hour, label }) as const;
  const computing = functionNames.map(
    (name, index) => [`d${index}`, lambda("Duration", name, hourly(name))] as const,
  );
  return [
    [
      card({
        title: "Cost drivers: DynamoDB an hour",
        unit: "units",
        series: [
          table("ConsumedWriteCapacityUnits", "ledger", hourly("ledger, written")),
          table("ConsumedReadCapacityUnits", "ledger", hourly("ledger, read")),
          table("ConsumedWriteCapacityUnits", "quota", hourly("quota, written")),
          table("ConsumedReadCapacityUnits", "quota", hourly("quota, read")),
        ],
      }),
      card({
        title: "Cost drivers: functions an hour",
        unit: "seconds",
        series: [
          new MathExpression({
            expression: `(${computing.map(([id]) => `FILL(${id}, 0)`).join(" + ")}) / 1000`,
            usingMetrics: Object.fromEntries(computing),
            period: hour,
            label: "seconds of all functions",
          }),
        ],
      }),
      card({
        title: "Cost drivers: work an hour",
        unit: "times",
        series: [
          own("pageRequests", hourly("page requests")),
          machine("ExecutionsStarted", "sync", hourly("executions")),
          queue("NumberOfMessagesSent", "batches", hourly("messages")),
        ],
      }),
    ],
  ];
}
