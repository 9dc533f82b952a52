import {
  addDays,
  datesFromTo,
  type PacificDate,
  pacificDateAt,
} from "../../request/pacific-date.ts";
import { isFinal } from "../../rows/finality.ts";
import type { UnitRecord } from "../../rows/unit-record.ts";

/** Days that a sync reads of a report that nothing is stored of; more history is a backfill's. */
export const firstSyncDays = 10;

export type SyncRange = { readonly from: PacificDate; readonly to: PacificDate };

/** The newest day that a sync asks for: today is never over. */
export function newestSyncDate(nowMs: number): PacificDate {
  return addDays(pacificDateAt(nowMs), -1);
}

/**
 * The days that a sync reads: from the oldest stored-or-later day that is missing or not final yet,
 * to yesterday. It looks back over everything since the first stored day, so a day that was never
 * completed is not passed over, however many nights went by; days before the first stored one were
 * never asked for. Undefined when all of it is final. `records` are the property's, of these
 * reports; the planner skips what is final within the range.
 */
export function syncRange(
  records: readonly UnitRecord[],
  reports: readonly string[],
  nowMs: number,
  /** Of a report that Google keeps for less than its 16 months: the oldest day there is. */
  oldestOf: (report: string) => PacificDate | undefined = () => undefined,
): SyncRange | undefined {
  const to = newestSyncDate(nowMs);
  const byReport = Map.groupBy(records, (record) => record.report);
  const starts = reports
    .map((report) => firstOpenDate(byReport.get(report) ?? [], oldestOf(report), to))
    .filter((date) => date !== undefined)
    .sort();
  const [from] = starts;
  return from === undefined ? undefined : { from, to };
}

function firstOpenDate(
  records: readonly UnitRecord[],
  oldest: PacificDate | undefined,
  to: PacificDate,
): PacificDate | undefined {
  const byDate = new Map(records.map((record) => [record.date, record]));
  const [first] = [...byDate.keys()].sort();
  if (first === undefined) return addDays(to, 1 - firstSyncDays);
  const from = oldest !== undefined && oldest > first ? oldest : first;
  return datesFromTo(from, to).find((date) => {
    const record = byDate.get(date);
    return record === undefined || !isFinal(record, records);
  });
}
