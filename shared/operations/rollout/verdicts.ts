import { usageFractions } from "../../quota/scopes.ts";
import { linesOf, successLines } from "../../telemetry/thresholds.ts";
import { type RolloutFigures, speedupOf } from "./rollout-figures.ts";

/** A line of the success table; JSON contract of `gsc-sync rollout`. */
export type Verdict = {
  readonly metric: string;
  readonly target: string;
  /** As it was recorded, unrounded; a word where nothing was. */
  readonly observed: number | string;
  readonly ok: boolean;
};

const notMeasured = "not measured";

/** The playbook's success metrics, judged. What was not measured is not ok. */
export function rolloutVerdicts(figures: RolloutFigures): readonly Verdict[] {
  const { asked, sequential, concurrent, compared, settled, leftInFlight, qpmLimit } = figures;
  const { batch, queue, qpm } = concurrent.summary;
  const { queueSize } = linesOf(asked);
  const speedup = asked.forced ? speedupOf(figures) : null;
  const pages = compared.missingPages + compared.doubledPages;
  const unequal = compared.days.filter(({ difference }) => difference !== null).length;
  const ours = unequal - settled.filter(({ cause }) => cause === "google").length;
  return [
    {
      metric: "speed-up over sequential",
      target: `≥ ${successLines.speedup}× (stretch ${successLines.stretchSpeedup}×)`,
      observed: speedup ?? (asked.forced ? notMeasured : "not comparable: --no-force"),
      ok: speedup !== null && speedup >= successLines.speedup,
    },
    below(
      "worker batch p99, ms",
      batch.count > 0 ? batch.p99Ms : undefined,
      successLines.batchP99Ms,
    ),
    below("queue depth, steady", concurrent.series.steadyQueue, queueSize.warn),
    below("queue depth, peak", queue.peak, queueSize.page),
    below("memory of a sync (bound), MB", memoryBoundMb(concurrent), successLines.memoryMb),
    below("requests a minute, average", qpm.average, qpmLimit * usageFractions.warn),
    below("requests a minute, peak", qpm.peak, Math.round(qpmLimit * usageFractions.page)),
    none("page requests {date, startRow} missing or doubled", pages),
    none("days whose rows differ from the sequential run's (±0 %)", ours),
    none("batches left in flight", leftInFlight),
    none("units that failed", sequential.summary.units.failed + concurrent.summary.units.failed),
  ];
}

/**
 * Workers report their resident set a batch, and nobody adds up those of one instant: as many
 * workers as ran at once, each as large as the largest, is the most it can have been. Servers of a
 * home are not in it. Undefined when no worker reported any.
 */
export function memoryBoundMb({
  summary,
  workers,
}: Pick<RolloutFigures["concurrent"], "summary" | "workers">): number | undefined {
  return summary.memoryPeakMb > 0 ? summary.memoryPeakMb * workers : undefined;
}

function below(metric: string, observed: number | undefined, line: number): Verdict {
  const target = `< ${line.toLocaleString("en-US")}`;
  if (observed === undefined) return { metric, target, observed: notMeasured, ok: false };
  return { metric, target, observed, ok: observed < line };
}

function none(metric: string, observed: number): Verdict {
  return { metric, target: "0", observed, ok: observed === 0 };
}
