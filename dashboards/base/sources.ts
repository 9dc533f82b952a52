import { ArnFormat, Duration, Stack } from "aws-cdk-lib";
import { type MathExpression, Metric } from "aws-cdk-lib/aws-cloudwatch";
import type { Construct } from "constructs";
import {
  type FunctionName,
  metricsNamespace,
  resourceNames,
  serviceName,
} from "../../shared/config/names.ts";
import { type MetricName, metricNames } from "../../shared/telemetry/metric-names.ts";
import { type Lines, linesOf, type StageLimits } from "../../shared/telemetry/thresholds.ts";

export type QuotaScopeName = keyof Lines["usage"];

/** How a series is read: over which stretch, as which statistic, named how. */
export type Reading = {
  readonly statistic: "Sum" | "Maximum" | "Average" | "p50" | "p95" | "p99";
  readonly period?: Duration;
  readonly label?: string;
};

/**
 * A stage's metrics and lines: what cards and alarms are made of. Resources are named, not referred
 * to, so that a dashboard holds no other stack back.
 */
export type Sources = {
  readonly stage: string;
  readonly lines: Lines;
  /** A metric of ours; `scope` for those that have it as a dimension. */
  own(name: keyof typeof metricNames, reading: Reading, scope?: QuotaScopeName): Metric;
  lambda(metricName: string, name: FunctionName, reading: Reading): Metric;
  queue(metricName: string, which: "batches" | "deadLetters", reading: Reading): Metric;
  machine(metricName: string, which: "sync" | "nightly", reading: Reading): Metric;
  table(metricName: string, which: "ledger" | "quota", reading: Reading): Metric;
};

export type Series = Metric | MathExpression;

export const minute = Duration.minutes(1);
export const fiveMinutes = Duration.minutes(5);
export const hour = Duration.hours(1);

export function sourcesOf(
  scope: Construct,
  stage: StageLimits & { readonly name: string },
): Sources {
  const names = resourceNames(stage.name);
  const metric = (
    namespace: string,
    metricName: string,
    dimensionsMap: Readonly<Record<string, string>>,
    { statistic, period = minute, label }: Reading,
  ) =>
    new Metric({
      namespace,
      metricName,
      dimensionsMap: { ...dimensionsMap },
      statistic,
      period,
      ...(label === undefined ? {} : { label }),
    });
  const machineArn = (resourceName: string) =>
    Stack.of(scope).formatArn({
      service: "states",
      resource: "stateMachine",
      resourceName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  const machines = { sync: names.stateMachine, nightly: names.nightlyStateMachine };
  const queues = { batches: names.batchQueue, deadLetters: names.deadLetterQueue };
  const tables = { ledger: names.ledgerTable, quota: names.quotaTable };

  return {
    stage: stage.name,
    lines: linesOf(stage),
    own: (name, reading, quotaScope) =>
      metric(
        metricsNamespace,
        metricNames[name] satisfies MetricName,
        {
          service: serviceName,
          stage: stage.name,
          ...(quotaScope === undefined ? {} : { scope: quotaScope }),
        },
        reading,
      ),
    lambda: (metricName, name, reading) =>
      metric("AWS/Lambda", metricName, { FunctionName: names.lambdaFunction(name) }, reading),
    queue: (metricName, which, reading) =>
      metric("AWS/SQS", metricName, { QueueName: queues[which] }, reading),
    machine: (metricName, which, reading) =>
      metric("AWS/States", metricName, { StateMachineArn: machineArn(machines[which]) }, reading),
    table: (metricName, which, reading) =>
      metric("AWS/DynamoDB", metricName, { TableName: tables[which] }, reading),
  };
}
