import { mostUnitsABatch } from "../ledger/largest-run.ts";
import { datesFromTo, type PacificDate } from "./pacific-date.ts";
import type { Unit } from "./unit.ts";

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

/** Splits units into batches of at most `batchSize`, or what a batch item holds, in order. */
export function splitIntoBatches(
  units: readonly Unit[],
  limits: { readonly batchSize: number; readonly concurrency: number },
): readonly (readonly Unit[])[] {
  const spread = Math.ceil(units.length / (batchesPerWorker * limits.concurrency));
  const size = Math.max(1, Math.min(limits.batchSize, mostUnitsABatch, spread));
  const count = Math.ceil(units.length / size);
  return Array.from({ length: count }, (_, index) => units.slice(index * size, (index + 1) * size));
}
