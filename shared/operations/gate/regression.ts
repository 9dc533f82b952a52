import { gateEvidence, regressionFactor } from "../../telemetry/thresholds.ts";
import { alarmCriterion } from "./alarm-criterion.ts";
import type { Criterion, PhaseEvidence } from "./phase.ts";
import type { WindowFigures } from "./window-figures.ts";

/** Phase A against its baseline: as fast, and no more goes wrong in as many requests. */
export function regressionCriteria({ figures, alarms, baseline }: PhaseEvidence): Criterion[] {
  const before = baseline?.figures;
  const known = new Set(baseline?.alarms.map(({ id }) => id));
  return [
    {
      name: "batches measured of the baseline",
      target: `≥ ${gateEvidence.leastBatches}`,
      observed: before?.batches ?? null,
      ok: before !== undefined && before.batches >= gateEvidence.leastBatches,
    },
    durationCriterion(figures, before),
    ...rates.map((rate) => rateCriterion(rate, figures, before)),
    alarmCriterion(
      "alarms that the baseline had not",
      alarms.filter(({ id }) => !known.has(id)),
    ),
  ];
}

function durationCriterion(now: WindowFigures, before: WindowFigures | undefined): Criterion {
  const most = before?.batchP99Ms == null ? null : Math.round(before.batchP99Ms * regressionFactor);
  return {
    name: "batch p99, ms",
    target: most === null ? "a baseline" : `≤ ${most}`,
    observed: now.batchP99Ms,
    ok: most !== null && now.batchP99Ms !== null && now.batchP99Ms <= most,
  };
}

type Rate = {
  readonly name: string;
  readonly figure: "retries" | "refusals" | "failedUnits" | "crashes";
  /** Retries come and go with Google's day; what else goes wrong must not grow. */
  readonly factor: number;
};

const rates: readonly Rate[] = [
  { name: "retries", figure: "retries", factor: regressionFactor },
  { name: "refusals", figure: "refusals", factor: 1 },
  { name: "failed units", figure: "failedUnits", factor: 1 },
  { name: "crashes", figure: "crashes", factor: 1 },
];

function rateCriterion(
  { name, figure, factor }: Rate,
  now: WindowFigures,
  before: WindowFigures | undefined,
): Criterion {
  const most = before === undefined ? null : inThousand(before[figure] * factor, before.requests);
  const observed = inThousand(now[figure], now.requests);
  return {
    name: `${name} in 1,000 requests`,
    target: most === null ? "a baseline" : `≤ ${most}`,
    observed,
    ok: most !== null && observed !== null && observed <= most,
  };
}

function inThousand(figure: number, requests: number): number | null {
  return requests === 0 ? null : Math.round((figure / requests) * 100_000) / 100;
}
