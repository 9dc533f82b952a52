import * as z from "zod";
import { parseJson } from "../lib/parse-json.ts";

/** Metrics that were measured together, as a home keeps them: a line of JSON. */
export const MetricRecordSchema = z.object({
  atMs: z.number(),
  dimensions: z.record(z.string(), z.string()),
  properties: z.record(z.string(), z.unknown()),
  /** Unit, then the values. */
  metrics: z.record(z.string(), z.tuple([z.string(), z.number()], z.number())),
});

export type MetricRecord = z.infer<typeof MetricRecordSchema>;

export type MetricPoint = {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly atMs: number;
};

export function pointsOf(record: MetricRecord): readonly MetricPoint[] {
  const { atMs, dimensions, properties, metrics } = record;
  return Object.entries(metrics).flatMap(([name, [unit, ...values]]) =>
    values.map((value) => ({ name, unit, value, dimensions, properties, atMs })),
  );
}

/**
 * The record in a line that a function printed; undefined when it is no EMF of ours.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function parseEmfLine(line: string, namespace: string): MetricRecord | undefined {
  // Most lines are logs: not worth parsing.
  if (!line.includes('"CloudWatchMetrics"')) return undefined;
  const parsed = EmfSchema.safeParse(parseJson(line));
  if (!parsed.success) return undefined;
  const { _aws, ...members } = parsed.data;
  const directives = _aws.CloudWatchMetrics.filter(({ Namespace }) => Namespace === namespace);
  const definitions = directives.flatMap(({ Metrics }) => Metrics);
  const dimensionNames = new Set(directives.flatMap(({ Dimensions }) => Dimensions.flat()));
  const metrics: MetricRecord["metrics"] = {};
  for (const { Name, Unit } of definitions) {
    const [first, ...more] = ValuesSchema.parse(members[Name]);
    if (first !== undefined) metrics[Name] = [Unit, first, ...more];
  }
  if (Object.keys(metrics).length === 0) return undefined;
  const others = Object.entries(members).filter(([name]) => !(name in metrics));
  return {
    atMs: _aws.Timestamp,
    dimensions: Object.fromEntries(
      others.flatMap(([name, value]) => (dimensionNames.has(name) ? [[name, String(value)]] : [])),
    ),
    properties: Object.fromEntries(others.filter(([name]) => !dimensionNames.has(name))),
    metrics,
  };
}

const EmfSchema = z.looseObject({
  _aws: z.object({
    Timestamp: z.number(),
    CloudWatchMetrics: z.array(
      z.object({
        Namespace: z.string(),
        Dimensions: z.array(z.array(z.string())),
        Metrics: z.array(z.object({ Name: z.string(), Unit: z.string().default("None") })),
      }),
    ),
  }),
});

const ValuesSchema = z
  .union([z.number().transform((value) => [value]), z.array(z.number())])
  .catch([]);
