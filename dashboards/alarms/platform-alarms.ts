import { Duration } from "aws-cdk-lib";
import { MathExpression } from "aws-cdk-lib/aws-cloudwatch";
import { type FunctionName, functionNames } from "../../shared/config/names.ts";
import type { AlarmDefinition } from "../base/alarm-definition.ts";
import { fiveMinutes, type Sources } from "../base/sources.ts";

/**
 * The worker is left out: a throttle is how reserved concurrency says no to a mapping, which knows
 * nothing of it.
 */
const neverThrottled = functionNames.filter((name) => name !== "fetch-batch");

export function platformAlarms(sources: Sources): readonly AlarmDefinition[] {
  return [
    ...functionNames.map((name) => functionErrors(sources, name)),
    functionThrottles(sources),
    tableThrottles(sources, "ledger"),
    tableThrottles(sources, "quota"),
  ];
}

function functionErrors({ lambda }: Sources, name: FunctionName): AlarmDefinition {
  return {
    id: `function-errors-${name}-warn`,
    severity: "warn",
    runbook: "function-errors",
    says: `The function ${name} failed three times within a quarter of an hour.`,
    series: lambda("Errors", name, { statistic: "Sum", period: Duration.minutes(15) }),
    threshold: 3,
    when: "from",
    periods: 1,
  };
}

function functionThrottles({ lambda }: Sources): AlarmDefinition {
  const series = neverThrottled.map(
    (name, index) =>
      [`m${index}`, lambda("Throttles", name, { statistic: "Sum", period: fiveMinutes })] as const,
  );
  return {
    id: "function-throttles-warn",
    severity: "warn",
    runbook: "function-throttles",
    says: "AWS had no capacity for a function.",
    series: new MathExpression({
      expression: series.map(([id]) => `FILL(${id}, 0)`).join(" + "),
      usingMetrics: Object.fromEntries(series),
      period: fiveMinutes,
      label: "throttles, the worker left out",
    }),
    threshold: 1,
    when: "from",
    periods: 1,
  };
}

function tableThrottles({ table }: Sources, which: "ledger" | "quota"): AlarmDefinition {
  const reading = { statistic: "Sum", period: fiveMinutes } as const;
  return {
    id: `table-throttles-${which}-warn`,
    severity: "warn",
    runbook: "table-throttles",
    says: `DynamoDB refused reads or writes of the ${which} for being too many.`,
    series: new MathExpression({
      expression: "FILL(reads, 0) + FILL(writes, 0)",
      usingMetrics: {
        reads: table("ReadThrottleEvents", which, reading),
        writes: table("WriteThrottleEvents", which, reading),
      },
      period: fiveMinutes,
      label: `throttles of the ${which}`,
    }),
    threshold: 10,
    when: "from",
    periods: 1,
  };
}
