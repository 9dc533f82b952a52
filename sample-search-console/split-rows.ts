import { hourMs } from "../shared/lib/durations.ts";
import type { PacificDate } from "../shared/request/pacific-date.ts";
import type { DayRow } from "./day-rows.ts";
import { hashText } from "./hash.ts";
import { hoursOf, type SampleHour } from "./hours.ts";
import type { SampleDimension } from "./query.ts";

/** A day's row as it is grouped: for one search appearance and one hour, where these are asked for. */
export type GroupedRow = DayRow & { readonly searchAppearance: string; readonly hour: string };

/**
 * Rows are split by appearance or hour only where that is asked for. A row with several
 * appearances counts in each of them, one without in none. Hours that are not over are left out.
 */
export function splitRows(
  rows: readonly DayRow[],
  date: PacificDate,
  dimensions: readonly SampleDimension[],
  nowMs: number,
): readonly GroupedRow[] {
  const byAppearance = dimensions.includes("searchAppearance")
    ? rows.flatMap((row) =>
        row.appearances.map((searchAppearance) => ({ ...row, searchAppearance, hour: "" })),
      )
    : rows.map((row) => ({ ...row, searchAppearance: "", hour: "" }));
  if (!dimensions.includes("hour")) return byAppearance;
  const known = hoursOf(date).filter(({ atMs }) => atMs <= nowMs - hourlyDelayMs);
  return known.length === 0 ? [] : byAppearance.flatMap((row) => byHour(row, known));
}

/** The newest hour that there is anything of began so long ago. */
export const hourlyDelayMs = 3 * hourMs;

/** Impressions fall on up to three hours; clicks where there are impressions for them. */
function byHour(row: GroupedRow, hours: readonly SampleHour[]): readonly GroupedRow[] {
  const random = hashText(`${row.page} ${row.query}`);
  const count = Math.min(3, row.impressions, hours.length);
  let clicksLeft = row.clicks;
  return Array.from({ length: count }, (_, index) => {
    const share = Math.floor(row.impressions / count);
    const impressions = index === 0 ? row.impressions - share * (count - 1) : share;
    const clicks = Math.min(impressions, clicksLeft);
    clicksLeft -= clicks;
    // Steps of an eighth of the day apart: no two of a row fall on the same hour.
    const hour = hours[(random + index * Math.max(1, Math.floor(hours.length / 8))) % hours.length];
    return { ...row, impressions, clicks, hour: hour?.text ?? "" };
  });
}
