import type { PacificDate } from "../../request/pacific-date.ts";
import type { UnitRecord } from "../../rows/unit-record.ts";
import type { DayCompared, RunRecords } from "./compare-runs.ts";

/**
 * `google`: a third fetch gave what the concurrent run had stored, so that Google gives this now and
 * gave something else before. `ours`: it did not.
 */
export type SettledDay = DayCompared & {
  readonly difference: string;
  readonly cause: "google" | "ours";
  /** Rows of the third fetch; null: it did not complete the day. */
  readonly thirdRows: number | null;
};

/** Whose the differences are, by a third, forced fetch of those days. */
export function settleDifferences(
  days: readonly DayCompared[],
  concurrent: RunRecords,
  third: RunRecords,
): readonly SettledDay[] {
  return days.flatMap((day) => {
    const { difference } = day;
    if (difference === null) return [];
    const stored = recordOf(concurrent, day.date);
    const again = recordOf(third, day.date);
    const confirmed = stored !== undefined && again !== undefined && sameRows(stored, again);
    // A day that a run did not complete at all is no revision.
    const revised = confirmed && day.sequentialRows !== null;
    const cause = revised ? ("google" as const) : ("ours" as const);
    return [{ ...day, difference, cause, thirdRows: again?.rows ?? null }];
  });
}

/** Stretches of following days, as runs can fetch them. */
export function stretchesOf(
  dates: readonly PacificDate[],
  next: (date: PacificDate) => PacificDate,
): readonly { readonly from: PacificDate; readonly to: PacificDate }[] {
  const stretches: { from: PacificDate; to: PacificDate }[] = [];
  for (const date of dates.toSorted()) {
    const last = stretches.at(-1);
    if (last !== undefined && next(last.to) === date) last.to = date;
    else stretches.push({ from: date, to: date });
  }
  return stretches;
}

function recordOf({ runId, records }: RunRecords, date: PacificDate): UnitRecord | undefined {
  return records.find((record) => record.date === date && record.runId === runId);
}

function sameRows(a: UnitRecord, b: UnitRecord): boolean {
  return a.rows === b.rows && a.hash === b.hash;
}
