import type { Property } from "../registry/property.ts";
import type { RowStore } from "../rows/row-store.ts";
import { oldestKeptDate } from "./date-range.ts";
import { pacificDateAt } from "./pacific-date.ts";
import type { RunRequestInput } from "./run-request.ts";
import { newestSyncDate, syncRange } from "./sync-range.ts";

/** What a sync does with a property. */
export type SyncPlan =
  | { readonly kind: "run"; readonly request: RunRequestInput }
  | { readonly kind: "skip"; readonly reason: string };

/** Plans one property's sync as the registry and its unit records stand. */
export async function planSync(
  property: Property,
  rows: Pick<RowStore, "readUnits">,
  nowMs: number,
): Promise<SyncPlan> {
  const { siteUrl, accountId, reports, qpm, concurrency } = property;
  if (property.status !== "active") return { kind: "skip", reason: whySkipped(property) };
  const records = await rows.readUnits({
    siteUrl,
    from: oldestKeptDate(pacificDateAt(nowMs)),
    to: newestSyncDate(nowMs),
    reports,
  });
  const range = syncRange(records, reports, nowMs);
  if (range === undefined) return { kind: "skip", reason: "everything is final" };
  const request: RunRequestInput = {
    siteUrl,
    accountId,
    reports: [...reports],
    ...range,
    ...(qpm === null ? {} : { qpm }),
    ...(concurrency === null ? {} : { concurrency }),
  };
  return { kind: "run", request };
}

/** Why a sync passes over a property that is not active. */
export function whySkipped({ siteUrl, status, reason }: Property): string {
  if (status === "paused") return "it is paused";
  return `it is quarantined: ${reason ?? "Search Console refused it"} Mend it, then: gsc-sync properties resume ${siteUrl}`;
}
