import {
  addDays,
  datesFromTo,
  daysBetween,
  type PacificDate,
  pacificDateAt,
} from "../shared/request/pacific-date.ts";
import { hourlyDays } from "../shared/request/report-faults.ts";
import { byClicksDescending, type DayRow } from "./day-rows.ts";
import { fraction, hash } from "./hash.ts";
import { pacificHourAt } from "./hours.ts";

/** The first date that is still being collected: two days before today, Pacific. */
export function firstIncompleteDate(today: PacificDate): PacificDate {
  return addDays(today, -2);
}

/** The dates of a range that there is an answer for: not the future, not before 16 months. */
export function availableDates(
  from: PacificDate,
  to: PacificDate,
  dataState: "final" | "all" | "hourly_all",
  today: PacificDate,
): readonly PacificDate[] {
  const oldest = addDays(today, dataState === "hourly_all" ? -hourlyDays : -keptDays);
  const newest = dataState === "final" ? addDays(firstIncompleteDate(today), -1) : today;
  return datesFromTo(from < oldest ? oldest : from, to > newest ? newest : to);
}

/** Figures of recent days are revised four times a Pacific day, and stand still in between. */
export function revisionAt(nowMs: number): number {
  return Math.floor((pacificHourAt(nowMs) * revisionsADay) / 24);
}

/** How much of a date has been collected, from 0 to 1. */
export function completeness(date: PacificDate, nowMs: number): number {
  const age = daysBetween(date, pacificDateAt(nowMs));
  const [part = 1, next = 1] = [partByAge[age], partByAge[age + 1]];
  return part + ((next - part) * revisionAt(nowMs)) / revisionsADay;
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

const revisionsADay = 4;

/** Today, yesterday, the day before. */
const partByAge = [0.25, 0.7, 0.95] as const;
