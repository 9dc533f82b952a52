import type { PacificDate } from "../../request/pacific-date.ts";
import { googlePaging, type Paging } from "../../request/unit.ts";
import { isFinal } from "../../rows/finality.ts";
import type { UnitRecord } from "../../rows/unit-record.ts";

/** A run's unit records as they were read when it had ended. */
export type RunRecords = { readonly runId: string; readonly records: readonly UnitRecord[] };

export type DayCompared = {
  readonly date: PacificDate;
  /** Null: the run did not complete the day. */
  readonly sequentialRows: number | null;
  readonly concurrentRows: number | null;
  /** Null: the two are equal. */
  readonly difference: string | null;
};

export type RunsCompared = {
  readonly days: readonly DayCompared[];
  /** Page requests `{date, startRow}` that one of the runs should have stored and has not. */
  readonly missingPages: number;
  readonly doubledPages: number;
};

/**
 * Holds a concurrent run's days against the sequential one's: rows on each day, the row set's hash
 * on those that are final. In a forced run a day that the run itself did not complete is missing,
 * whatever an earlier one has stored of it.
 */
export function compareRuns(
  dates: readonly PacificDate[],
  sequential: RunRecords,
  concurrent: RunRecords,
  { forced, paging = googlePaging }: { readonly forced: boolean; readonly paging?: Paging },
): RunsCompared {
  const before = byDate(sequential, forced);
  const after = byDate(concurrent, forced);
  const stored = [before, after].flatMap((records) => [...records.values()]);
  return {
    days: dates.map((date) => {
      const [first, second] = [before.get(date), after.get(date)];
      const final = [first, second].every(
        (record) => record !== undefined && isFinal(record, concurrent.records),
      );
      return {
        date,
        sequentialRows: first?.rows ?? null,
        concurrentRows: second?.rows ?? null,
        difference: differenceOf(first, second, final),
      };
    }),
    missingPages: sum(stored, (record) => pageFaults(record, paging).missing),
    doubledPages: sum(stored, (record) => pageFaults(record, paging).doubled),
  };
}

export function differenceOf(
  first: UnitRecord | undefined,
  second: UnitRecord | undefined,
  final: boolean,
): string | null {
  if (first === undefined && second === undefined) return "neither run completed it";
  if (first === undefined) return "the sequential run did not complete it";
  if (second === undefined) return "the concurrent run did not complete it";
  if (first.rows !== second.rows) return `${first.rows} rows, then ${second.rows}`;
  if (final && first.hash !== second.hash) return "as many rows, and others";
  return null;
}

/** A unit's pages start at row 0 and follow each other up to the short one or Google's cap. */
export function pageFaults(
  { pages }: Pick<UnitRecord, "pages">,
  { pageRows, unitRowCap }: Paging,
): { readonly missing: number; readonly doubled: number } {
  const steps = Map.groupBy(pages, ({ searchAppearance = "" }) => searchAppearance);
  let missing = pages.length === 0 ? 1 : 0;
  let doubled = 0;
  for (const step of steps.values()) {
    const starts = new Set(step.map(({ startRow }) => startRow));
    doubled += step.length - starts.size;
    const full = step.filter(({ rows }) => rows === pageRows).map(({ startRow }) => startRow);
    const wanted = [0, ...starts, ...full.map((startRow) => startRow + pageRows)];
    const last = Math.max(...wanted.filter((startRow) => startRow < unitRowCap));
    for (let startRow = 0; startRow <= last; startRow += pageRows) {
      if (!starts.has(startRow)) missing += 1;
    }
  }
  return { missing, doubled };
}

function byDate({ runId, records }: RunRecords, forced: boolean): Map<PacificDate, UnitRecord> {
  const own = records.filter((record) => !forced || record.runId === runId);
  return new Map(own.map((record) => [record.date, record]));
}

function sum<T>(items: Iterable<T>, figure: (item: T) => number): number {
  let total = 0;
  for (const item of items) total += figure(item);
  return total;
}
