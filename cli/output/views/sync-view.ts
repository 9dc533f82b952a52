import type { RunStatus } from "../../../shared/ledger/run.ts";
import type { RunSummary } from "../../../shared/ledger/run-summary.ts";
import type { Property } from "../../../shared/registry/property.ts";
import type { Canvas } from "./columns.ts";
import { count, counted } from "./format.ts";
import { table } from "./table.ts";
import { oneLine } from "./text-width.ts";

/** What became of a property in a sync. */
export type SyncedProperty = {
  readonly siteUrl: string;
  readonly accountId: string;
  readonly status: RunStatus | "skipped";
  readonly reason: string | null;
  readonly run: RunSummary | null;
};

/**
 * Counts the properties whose sync failed. A skipped property counts only when it is quarantined:
 * otherwise its data would stop and nobody would notice.
 */
export function countFailed(
  synced: readonly SyncedProperty[],
  properties: readonly Pick<Property, "status">[],
): number {
  const failed = synced.filter(({ status }) => status !== "complete" && status !== "skipped");
  return failed.length + properties.filter(({ status }) => status === "quarantined").length;
}

/** One line a property, and under the table why one was skipped or failed. */
export function syncText(synced: readonly SyncedProperty[], canvas: Canvas): string {
  const rows = synced.map(({ siteUrl, status, run }) => [
    siteUrl,
    status,
    run === null ? "" : `${run.from}…${run.to}`,
    run === null ? "" : `${count(run.units.complete)}/${count(run.units.planned)}`,
    run === null ? "" : count(run.rows),
    run?.runId ?? "",
  ]);
  const reasons = synced
    .filter(({ reason }) => reason !== null)
    .map(({ siteUrl, reason }) => `↳ ${oneLine(siteUrl)}: ${oneLine(reason ?? "")}`);
  const head = table(["property", "status", "range", "units", "rows", "run"], rows, canvas);
  return [head, ...reasons].join("\n");
}

/** A property's end, as it comes. */
export function syncLine({ siteUrl, status, reason, run }: SyncedProperty): string {
  const figures =
    run === null ? "" : `, ${counted(run.units.complete, "unit")}, ${counted(run.rows, "row")}`;
  return `${oneLine(siteUrl)}: ${status}${figures}${reason === null ? "" : `, ${oneLine(reason)}`}`;
}
