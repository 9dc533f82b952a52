import {
  addDays,
  datesFromTo,
  daysBetween,
  type PacificDate,
} from "../../shared/plan/pacific-date.ts";
import { byClicksDescending, type DayRow } from "./day-rows.ts";
import { fraction, hash } from "./hash.ts";

/** The first date that is still being collected: two days before today, Pacific. */
export function firstIncompleteDate(today: PacificDate): PacificDate {
  return addDays(today, -2);
}

/** The dates of a range that there is an answer for: not the future, not before 16 months. */
export function availableDates(
  from: PacificDate,
  to: PacificDate,
  dataState: "final" | "all",
  today: PacificDate,
): readonly PacificDate[] {
  const oldest = addDays(today, -keptDays);
  const newest = dataState === "all" ? today : addDays(firstIncompleteDate(today), -1);
  return datesFromTo(from < oldest ? oldest : from, to > newest ? newest : to);
}

/** How much of a date has been collected, from 0 to 1. */
export function completeness(date: PacificDate, today: PacificDate): number {
  return partByAge[daysBetween(date, today)] ?? 1;
}

/** What is known so far of a day of which `part` has been collected. */
export function collectedSoFar(rows: readonly DayRow[], part: number): readonly DayRow[] {
  if (part === 1) return rows;
  const known = rows.flatMap((row, index) => {
    const impressions = Math.floor(row.impressions * part + fraction(hash(index, 8)));
    const clicks = Math.min(impressions, Math.floor(row.clicks * part));
    return impressions === 0 ? [] : [{ ...row, impressions, clicks }];
  });
  return byClicksDescending(known);
}

/** 16 months. */
const keptDays = 487;

/** Today, yesterday, the day before. */
const partByAge = [0.25, 0.7, 0.95] as const;
