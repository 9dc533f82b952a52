import type { PacificDate } from "../../shared/plan/pacific-date.ts";
import { unitRowCap } from "../../shared/plan/unit.ts";
import type { Row } from "../../shared/rows/row.ts";
import type { SampleDimension } from "./analytics-query.ts";
import { byClicksDescending, type DayRow } from "./day-rows.ts";

export type Day = { readonly date: PacificDate; readonly rows: readonly DayRow[] };

/**
 * The rows of a range grouped by the dimensions, sorted as Google does: by clicks descending,
 * ties in an arbitrary but fixed order; by date first when the date is a dimension. Of each day
 * the cap's rows count, no more.
 */
export function aggregate(
  days: readonly Day[],
  dimensions: readonly SampleDimension[],
): readonly Row[] {
  const [only] = days;
  if (days.length === 1 && only !== undefined && isDistinct(dimensions)) {
    return only.rows
      .slice(0, unitRowCap)
      .map((row) => toRow(keysOf(row, only.date, dimensions), row));
  }
  const perDay = days.flatMap((day) =>
    byClicksDescending(group(day, dimensions)).slice(0, unitRowCap),
  );
  const groups = days.length === 1 ? perDay : byClicksDescending(merge(perDay));
  const rows = groups.map((one) => toRow(one.keys, one));
  const date = dimensions.indexOf("date");
  return date < 0 ? rows : rows.sort((a, b) => compareText(a.keys[date], b.keys[date]));
}

type Group = {
  readonly keys: readonly string[];
  clicks: number;
  impressions: number;
  position: number;
};

/** A day's rows are distinct by page and query: no group has two of them. */
function isDistinct(dimensions: readonly SampleDimension[]): boolean {
  return dimensions.includes("page") && dimensions.includes("query");
}

/** Without the query, the clicks of anonymised queries come back: a fifth more. */
function group(day: Day, dimensions: readonly SampleDimension[]): Group[] {
  const anonymised = dimensions.includes("query") ? 1 : 1.2;
  const groups = merge(
    day.rows.map((row) => ({
      keys: keysOf(row, day.date, dimensions),
      clicks: row.clicks,
      impressions: row.impressions,
      position: row.position,
    })),
  );
  for (const one of groups) {
    one.clicks = Math.floor(one.clicks * anonymised);
    one.impressions = Math.floor(one.impressions * anonymised);
  }
  return groups;
}

/** Adds groups of equal keys, in place; the position is the average, weighted by impressions. */
function merge(groups: readonly Group[]): Group[] {
  const byKey = new Map<string, Group>();
  for (const one of groups) {
    const key = one.keys.join("\u0000");
    const sum = byKey.get(key);
    if (sum === undefined) {
      byKey.set(key, one);
      continue;
    }
    const impressions = sum.impressions + one.impressions;
    sum.position = (sum.position * sum.impressions + one.position * one.impressions) / impressions;
    sum.clicks += one.clicks;
    sum.impressions = impressions;
  }
  return [...byKey.values()];
}

function compareText(a = "", b = ""): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function keysOf(row: DayRow, date: string, dimensions: readonly SampleDimension[]): string[] {
  return dimensions.map((dimension) => (dimension === "date" ? date : row[dimension]));
}

function toRow(
  keys: readonly string[],
  figures: { readonly clicks: number; readonly impressions: number; readonly position: number },
): Row {
  const { clicks, impressions, position } = figures;
  return { keys, clicks, impressions, ctr: clicks / impressions, position };
}
