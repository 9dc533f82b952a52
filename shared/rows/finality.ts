import { dataDelayDays } from "../request/date-range.ts";
import { daysBetween, type PacificDate, pacificDateAt } from "../request/pacific-date.ts";
import type { UnitRecord } from "./unit-record.ts";

/** Past this many days an empty unit is believed without a newer day to vouch for it. */
export const emptyUnitDelayDays = 10;

/** What finality needs to know of a unit; a {@link UnitRecord} is one. */
export type FetchedUnit = Pick<UnitRecord, "date" | "rows" | "fetchedAtMs">;

/**
 * Whether a unit's figures will not change any more, so that it is never fetched again unless
 * forced. `siblings` are units of the same property and report; older ones are ignored.
 *
 * Rows that were fetched too early are provisional however old they are by now. An empty answer
 * says "no data" and "no data yet" alike: only a newer day that had rows at about the time of the
 * fetch shows that Google had come past the date.
 */
export function isFinal(
  record: FetchedUnit & Pick<UnitRecord, "firstIncompleteDate">,
  siblings: readonly FetchedUnit[],
  delayDays: number = dataDelayDays,
): boolean {
  const ageDays = daysBetween(record.date, pacificDateAt(record.fetchedAtMs));
  if (record.rows === 0 && ageDays > emptyUnitDelayDays) return true;
  const settled = ageDays >= delayDays && !isIncomplete(record.date, record.firstIncompleteDate);
  if (record.rows > 0) return settled;
  return settled && siblings.some((sibling) => vouchesFor(record, sibling));
}

/** Instants at which two requests of one sync may lie apart. */
const sameSyncMs = 3_600_000;

function vouchesFor(empty: FetchedUnit, sibling: FetchedUnit): boolean {
  return (
    sibling.date > empty.date &&
    sibling.rows > 0 &&
    sibling.fetchedAtMs <= empty.fetchedAtMs + sameSyncMs
  );
}

function isIncomplete(date: PacificDate, firstIncompleteDate: PacificDate | null): boolean {
  return firstIncompleteDate !== null && firstIncompleteDate <= date;
}
