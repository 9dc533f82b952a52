import { datesFromTo, type PacificDate } from "../../request/pacific-date.ts";
import { mostUnitsABatch } from "../../request/run-limits.ts";
import type { Unit } from "../../request/unit.ts";

export type UnitPlan = { readonly units: readonly Unit[]; readonly skipped: number };

/**
 * The units to fetch, oldest date first, then in the order of the reports. A unit that is complete
 * and final is skipped unless forced; what Google does not keep any more is no unit.
 */
export function planUnits(
  request: {
    readonly siteUrl: string;
    readonly reports: readonly string[];
    readonly from: PacificDate;
    readonly to: PacificDate;
    readonly force: boolean;
    readonly isKept?: (unit: Unit) => boolean;
  },
  isFinal: (unit: Unit) => boolean,
): UnitPlan {
  const { siteUrl, isKept = () => true } = request;
  const all = datesFromTo(request.from, request.to)
    .flatMap((date) => request.reports.map((report): Unit => ({ siteUrl, report, date })))
    .filter(isKept);
  const units = request.force ? all : all.filter((unit) => !isFinal(unit));
  return { units, skipped: all.length - units.length };
}

/** The planner makes at least this many batches a worker where the plan allows it. */
const batchesPerWorker = 4;

type BatchLimits = { readonly batchSize: number; readonly concurrency: number };

/** Units of each batch but the last: at most `batchSize`, or what a batch item holds. */
export function unitsABatch(units: number, limits: BatchLimits): number {
  const spread = Math.ceil(units / (batchesPerWorker * limits.concurrency));
  return Math.max(1, Math.min(limits.batchSize, mostUnitsABatch, spread));
}

/** Splits units into batches, in order. */
export function splitIntoBatches(
  units: readonly Unit[],
  limits: BatchLimits,
): readonly (readonly Unit[])[] {
  const size = unitsABatch(units.length, limits);
  const count = Math.ceil(units.length / size);
  return Array.from({ length: count }, (_, index) => units.slice(index * size, (index + 1) * size));
}
