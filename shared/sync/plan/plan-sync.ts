import type { Ledger } from "../../ledger/ledger.ts";
import { freeRanges } from "../../ledger/property-lock.ts";
import type { Property } from "../../registry/property.ts";
import { oldestKeptDate } from "../../request/date-range.ts";
import { findReport } from "../../request/find-report.ts";
import { pacificDateAt } from "../../request/pacific-date.ts";
import type { Report } from "../../request/report.ts";
import { oldestDateOf } from "../../request/report-faults.ts";
import type { RunRequestInput } from "../../request/run-request.ts";
import type { RowStore } from "../../rows/row-store.ts";
import { newestSyncDate, syncRange } from "./sync-range.ts";

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
  if (free.kind === "held") return { kind: "skip", reason: `run ${free.by} is reading it` };
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
