import { lastDays } from "../../../shared/request/date-range.ts";
import { datesFromTo } from "../../../shared/request/pacific-date.ts";

/** The last `count` days whose data is final, oldest first. */
export function recentDays(count: number): readonly string[] {
  const { from, to } = lastDays(count, Date.now());
  return datesFromTo(from, to);
}
