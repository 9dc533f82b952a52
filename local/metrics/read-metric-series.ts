import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { dayMs } from "../../shared/lib/durations.ts";
import {
  type MetricPoint,
  MetricRecordSchema,
  pointsOf,
} from "../../shared/telemetry/metric-record.ts";
import { type Statistics, statisticsOf } from "../../shared/telemetry/statistics.ts";
import { seriesFiles } from "./metric-series.ts";

export type MetricQuery = {
  /** Epoch ms, `toMs` excluded. */
  readonly fromMs: number;
  readonly toMs: number;
  /** All metrics unless named. */
  readonly names?: readonly string[];
  /** Values that dimensions or properties must have: `{ scope: "property", runId: "…" }`. */
  readonly where?: Readonly<Record<string, string>>;
};

/** Points of a home's series in the order in which they were written, by any owner of the home. */
export async function* readMetricPoints(
  folder: string,
  query: MetricQuery,
): AsyncIterable<MetricPoint> {
  for (const { day, path, changedMs } of seriesFiles(folder)) {
    const startMs = Date.parse(day);
    if (startMs + dayMs <= query.fromMs || startMs >= query.toMs) continue;
    // A record is written after it was measured.
    if (changedMs < query.fromMs) continue;
    for await (const line of createInterface({ input: createReadStream(path, "utf8") })) {
      yield* pointsIn(line).filter((point) => matches(point, query));
    }
  }
}

/** Statistics of each metric that has points in the query. */
export async function readMetricStatistics(
  folder: string,
  query: MetricQuery,
): Promise<Readonly<Record<string, Statistics>>> {
  const values = new Map<string, number[]>();
  for await (const { name, value } of readMetricPoints(folder, query)) {
    const of = values.get(name) ?? [];
    of.push(value);
    values.set(name, of);
  }
  return Object.fromEntries(
    [...values].flatMap(([name, of]) => {
      const statistics = statisticsOf(of);
      return statistics === undefined ? [] : [[name, statistics]];
    }),
  );
}

/** A line that a crash cut off holds no points. */
function pointsIn(line: string): readonly MetricPoint[] {
  try {
    return pointsOf(MetricRecordSchema.parse(JSON.parse(line)));
  } catch {
    return [];
  }
}

function matches(point: MetricPoint, { fromMs, toMs, names, where = {} }: MetricQuery): boolean {
  if (point.atMs < fromMs || point.atMs >= toMs) return false;
  if (names !== undefined && !names.includes(point.name)) return false;
  return Object.entries(where).every(
    ([key, value]) => String(point.dimensions[key] ?? point.properties[key]) === value,
  );
}
