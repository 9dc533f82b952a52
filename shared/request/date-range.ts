import { addDays, type PacificDate, pacificDateAt } from "./pacific-date.ts";

/** Search Console keeps 16 months. Source: https://support.google.com/webmasters/answer/7576553 */
const keptMonths = 16;

/** Data is final after 2–3 days. */
export const dataDelayDays = 3;

/** The newest day whose data is expected to be final. */
export function newestFinalDate(nowMs: number): PacificDate {
  return addDays(pacificDateAt(nowMs), -dataDelayDays);
}

/** The last `days` days that are expected to be final. */
export function lastDays(
  days: number,
  nowMs: number,
): { readonly from: PacificDate; readonly to: PacificDate } {
  const to = newestFinalDate(nowMs);
  return { from: addDays(to, 1 - days), to };
}

/** What is wrong with a range, one line each; empty when it can be asked for. */
export function rangeFaults(from: PacificDate, to: PacificDate, nowMs: number): readonly string[] {
  const today = pacificDateAt(nowMs);
  const oldest = oldestKeptDate(today);
  const faults: string[] = [];
  if (from > to) faults.push(`the range ends (${to}) before it begins (${from})`);
  if (to > today) faults.push(`${to} is in the future: today is ${today} in Pacific time`);
  if (from < oldest) {
    faults.push(`${from} is too old: Search Console keeps ${keptMonths} months, since ${oldest}`);
  }
  return faults;
}

/** A day of grace: where the 16 months begin is not documented to the day. */
export function oldestKeptDate(today: PacificDate): PacificDate {
  const [year = 0, month = 1] = today.split("-").map(Number);
  const months = year * 12 + (month - 1) - keptMonths;
  const firstOfMonth = `${Math.floor(months / 12)}-${String((months % 12) + 1).padStart(2, "0")}-01`;
  const dayOfMonth = Number(today.slice(8));
  return addDays(firstOfMonth as PacificDate, dayOfMonth - 2);
}
