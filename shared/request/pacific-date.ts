import { dayMs, hourMs } from "../lib/durations.ts";

/**
 * Calendar days as Search Console counts them: in America/Los_Angeles, written `YYYY-MM-DD`.
 * Source: https://developers.google.com/webmaster-tools/v1/searchanalytics/query (startDate, endDate).
 */
export type PacificDate = string & { readonly calendar: "pacific" };

/** No data is older. */
export const dataEpoch = "2000-01-01" as PacificDate;

/** Made when it is first asked for: it takes 30 ms, and most processes never ask. */
let pacificFormat: Intl.DateTimeFormat | undefined;

/** The Pacific date at an instant (epoch ms). */
export function pacificDateAt(utcInstantMs: number): PacificDate {
  pacificFormat ??= new Intl.DateTimeFormat("en-CA", {
    timeZone: "America/Los_Angeles",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  });
  return pacificFormat.format(utcInstantMs) as PacificDate;
}

/** Reads `YYYY-MM-DD`; undefined when the text is not a day of the calendar (`2026-02-30`). */
export function parsePacificDate(text: string): PacificDate | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const utcMidnight = Date.parse(`${text}T00:00:00Z`);
  if (Number.isNaN(utcMidnight)) return undefined;
  return fromUtcMidnight(utcMidnight) === text ? (text as PacificDate) : undefined;
}

/** The date `days` later (negative: earlier). Calendar arithmetic: a DST change never shifts it. */
export function addDays(date: PacificDate, days: number): PacificDate {
  return fromUtcMidnight(toUtcMidnight(date) + days * dayMs);
}

/** Days from `from` to `to`; 0 for the same day, negative when `to` is earlier. */
export function daysBetween(from: PacificDate, to: PacificDate): number {
  return Math.round((toUtcMidnight(to) - toUtcMidnight(from)) / dayMs);
}

/** Every date from `from` to `to`, both included, oldest first. */
export function datesFromTo(from: PacificDate, to: PacificDate): readonly PacificDate[] {
  const count = daysBetween(from, to) + 1;
  return Array.from({ length: Math.max(count, 0) }, (_, index) => addDays(from, index));
}

/** The first instant (epoch ms) of the Pacific day after the one that `utcInstantMs` lies in. */
export function nextPacificMidnight(utcInstantMs: number): number {
  const tomorrow = addDays(pacificDateAt(utcInstantMs), 1);
  let low = utcInstantMs;
  let high = utcInstantMs + 26 * hourMs;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (pacificDateAt(middle) >= tomorrow) high = middle;
    else low = middle;
  }
  return high;
}

function toUtcMidnight(date: PacificDate): number {
  return Date.parse(`${date}T00:00:00Z`);
}

function fromUtcMidnight(utcMs: number): PacificDate {
  return new Date(utcMs).toISOString().slice(0, 10) as PacificDate;
}
