import type { Clock } from "../../shared/lib/clock.ts";
import { poll } from "../../shared/lib/poll.ts";
import { systemClock } from "../../shared/lib/system-clock.ts";
import type { MeasuredRun } from "../../shared/operations/rollout/rollout-figures.ts";
import {
  noSeries,
  type RunSeries,
  readRunSeries,
} from "../../shared/operations/rollout/run-series.ts";
import type { MetricSource } from "../../shared/telemetry/metric-source.ts";
import { errorText } from "../output/errors.ts";

type TelemetryRead =
  | { readonly kind: "read"; readonly series: RunSeries }
  | { readonly kind: "unread"; readonly reason: string };

type RecordedRun = Pick<MeasuredRun, "summary" | "startedAtMs" | "endedAtMs">;
type Waiting = Pick<Clock, "nowMs" | "sleep">;

/**
 * Reads a run's series until they have as many batches as the ledger: CloudWatch takes minutes to
 * show a figure, and may refuse one read and not the next. After five minutes in AWS, or five
 * seconds on a home, it returns the last reading, or the last refusal when there was none.
 */
export async function telemetryOf(
  run: RecordedRun,
  metrics: MetricSource,
  clock: Waiting = systemClock,
): Promise<TelemetryRead> {
  const timeoutMs = metrics.shortestPeriodMs >= 60_000 ? 300_000 : 5_000;
  let newest: TelemetryRead | undefined;
  async function read(): Promise<TelemetryRead> {
    try {
      newest = { kind: "read", series: await readRunSeries(metrics, run) };
    } catch (error) {
      if (newest?.kind !== "read") newest = { kind: "unread", reason: errorText(error) };
    }
    return newest;
  }
  return poll(
    clock,
    { pollMs: timeoutMs / 25, timeoutMs },
    read,
    (found) => found.kind === "read" && found.series.batches >= run.summary.batch.count,
  );
}

/** Without metrics the charts are empty, and the report is still written. */
export async function seriesOf(
  run: RecordedRun,
  metrics: MetricSource,
  onNotice: (notice: string) => void,
  clock: Waiting = systemClock,
): Promise<RunSeries> {
  const recorded = await telemetryOf(run, metrics, clock);
  if (recorded.kind === "read") return recorded.series;
  onNotice(`the report lacks the metrics of run ${run.summary.runId}: ${recorded.reason}`);
  return noSeries;
}
