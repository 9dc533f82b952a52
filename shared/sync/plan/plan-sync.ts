import type { Ledger } from "../../ledger/ledger.ts";
import { freeRanges, purgeHolder } from "../../ledger/property-lock.ts";
import type { Property } from "../../registry/property.ts";
import { oldestKeptDate } from "../../request/date-range.ts";
import { findReport } from "../../request/find-report.ts";
import {
  addDays,
  datesFromTo,
  type PacificDate,
  pacificDateAt,
} from "../../request/pacific-date.ts";
import type { Report } from "../../request/report.ts";
import { oldestDateOf } from "../../request/report-faults.ts";
import type { RunRequestInput } from "../../request/run-request.ts";
import { isFinal } from "../../rows/finality.ts";
import type { RowStore } from "../../rows/row-store.ts";
import type { UnitRecord } from "../../rows/unit-record.ts";

/** What a sync does with a property. */
export type SyncPlan =
  | {
      readonly kind: "run";
      /** A run each, oldest days first: one, or those before and after another run's days. */
      readonly requests: readonly RunRequestInput[];
      /** Whose days are left out; null: nobody's. */
      readonly besides: string | null;
    }
  | { readonly kind: "skip"; readonly reason: string };

/**
 * Plans one property's sync as the registry, its unit records and its lock stand. What another run
 * has is taken another night: a sync looks back as far as the first stored day.
 */
export async function planSync(
  property: Property,
  {
    rows,
    ledger,
  }: { readonly rows: Pick<RowStore, "readUnits">; readonly ledger: Pick<Ledger, "readLock"> },
  nowMs: number,
  /** Those of its reports that are not built in. */
  definitions: readonly Report[] = [],
): Promise<SyncPlan> {
  const { siteUrl, accountId, reports, qpm, concurrency } = property;
  if (property.status !== "active") return { kind: "skip", reason: whySkipped(property) };
  const records = await rows.readUnits({
    siteUrl,
    from: oldestKeptDate(pacificDateAt(nowMs)),
    to: newestSyncDate(nowMs),
    reports,
  });
  const range = syncRange(records, reports, nowMs, (id) =>
    oldestDateOf(findReport(id, definitions), nowMs),
  );
  if (range === undefined) return { kind: "skip", reason: "everything is final" };
  const free = freeRanges(await ledger.readLock(siteUrl), range, nowMs);
  if (free.kind === "held") {
    const reason = free.by === purgeHolder ? "it is being purged" : `run ${free.by} is reading it`;
    return { kind: "skip", reason };
  }
  const requests = free.ranges.map(
    (days): RunRequestInput => ({
      siteUrl,
      accountId,
      reports: [...reports],
      ...days,
      qpm: qpm ?? undefined,
      concurrency: concurrency ?? undefined,
      ...(definitions.length === 0 ? {} : { definitions: [...definitions] }),
      keepAutoSync: true,
      keptDaysOnly: true,
    }),
  );
  return { kind: "run", requests, besides: free.by };
}

/** Why a sync passes over a property that is not active. */
export function whySkipped({ siteUrl, status, reason }: Property): string {
  if (status === "paused") return reason === null ? "it is paused" : `it is paused: ${reason}`;
  return `it is quarantined: ${reason ?? "Search Console refused it"} Mend it, then: gsc-sync properties resume ${siteUrl}`;
}

/** Days that a sync reads of a report that nothing is stored of; more history is a backfill's. */
const firstSyncDays = 10;

type SyncRange = { readonly from: PacificDate; readonly to: PacificDate };

/** The newest day that a sync asks for: today is never over. */
function newestSyncDate(nowMs: number): PacificDate {
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
