import type { Property } from "../../registry/property.ts";
import {
  addDays,
  daysBetween,
  type PacificDate,
  pacificDateAt,
} from "../../request/pacific-date.ts";
import { isFinal } from "../../rows/finality.ts";
import type { RowStore } from "../../rows/row-store.ts";
import type { UnitRecord } from "../../rows/unit-record.ts";

/** How far behind one report of a property is. */
export type Freshness = {
  readonly siteUrl: string;
  readonly report: string;
  /** The newest day that has rows or is final; null: none within the days that are looked at. */
  readonly newestCompleteDate: PacificDate | null;
  /** Days from that day to today in Pacific time; from its registration where there is none. */
  readonly lagDays: number;
};

/** Days that are looked at; a report further behind is at least as stale as this. */
export const freshnessWindowDays = 40;

/** Reads how far behind each of a property's reports is. */
export async function measureFreshness(
  property: Property,
  rows: Pick<RowStore, "readUnits">,
  nowMs: number,
): Promise<readonly Freshness[]> {
  const { siteUrl, reports } = property;
  const today = pacificDateAt(nowMs);
  const from = addDays(today, -freshnessWindowDays);
  const records = await rows.readUnits({ siteUrl, from, to: today, reports });
  const byReport = Map.groupBy(records, (record) => record.report);
  return reports.map((report) =>
    freshnessOf({ siteUrl, report, sinceMs: property.sinceMs }, byReport.get(report) ?? [], nowMs),
  );
}

/**
 * A day that came back empty counts once it is final: until then it may say "no data yet", and a
 * report that only ever gets such answers is stale, however many syncs succeed.
 */
export function freshnessOf(
  of: { readonly siteUrl: string; readonly report: string; readonly sinceMs: number },
  records: readonly UnitRecord[],
  nowMs: number,
): Freshness {
  const { siteUrl, report, sinceMs } = of;
  const today = pacificDateAt(nowMs);
  const newestCompleteDate =
    records
      .filter((record) => record.rows > 0 || isFinal(record, records))
      .map((record) => record.date)
      .sort()
      .at(-1) ?? null;
  const neverComplete = Math.min(daysBetween(pacificDateAt(sinceMs), today), freshnessWindowDays);
  const lagDays =
    newestCompleteDate === null ? neverComplete : daysBetween(newestCompleteDate, today);
  return { siteUrl, report, newestCompleteDate, lagDays };
}
