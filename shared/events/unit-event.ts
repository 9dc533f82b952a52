import * as z from "zod";
import type { BatchUnit } from "../ledger/batch.ts";
import type { Run } from "../ledger/run.ts";
import { parsePacificDate } from "../request/pacific-date.ts";
import type { UnitRecord } from "../rows/unit-record.ts";
import { eventVersion } from "./event-envelope.ts";

const count = z.int().min(0);

/** A unit is settled: its rows are visible, or it has failed for good in this run. */
export const UnitEventSchema = z.object({
  version: z.literal(eventVersion),
  kind: z.literal("unit"),
  /** The same for an event that is sent again, and for no other. */
  eventId: z.string().min(1),
  runId: z.string().min(1),
  siteUrl: z.string(),
  accountId: z.string(),
  report: z.string(),
  date: z.string().refine((text) => parsePacificDate(text) !== undefined, "is not a date"),
  status: z.enum(["complete", "failed"]),
  /** Visible rows; 0 of a unit that failed. */
  rows: count,
  /** Rows that Google's pages repeated; stored once. */
  duplicates: count,
  /** Page requests that the unit's record stands for. */
  pages: count,
  clicks: z.number(),
  impressions: z.number(),
  /** Of the row set; null of a unit that failed. */
  hash: z.string().nullable(),
  /** The version of the unit's rows that readers see from here on; null of a unit that failed. */
  generation: z.number().nullable(),
  /** Google's cap of 50,000 rows was reached. */
  capped: z.boolean(),
  /** Attempts that failed. */
  attempts: count,
  /** Why it failed; null of a complete unit. */
  error: z.string().nullable(),
});

export type UnitEvent = z.infer<typeof UnitEventSchema>;

/** A unit whose rows this run has made visible. */
export function unitCompleteEvent(run: Run, unit: BatchUnit, record: UnitRecord): UnitEvent {
  return {
    ...identityOf(run, unit, record.generation),
    status: "complete",
    rows: record.rows,
    duplicates: record.fetchedRows - record.rows,
    pages: record.pages.length,
    clicks: record.clicks,
    impressions: record.impressions,
    hash: record.hash,
    generation: record.generation,
    capped: record.capped,
    attempts: unit.attempts,
    error: null,
  };
}

/** A unit that is out of attempts, or that Google will never answer. */
export function unitFailedEvent(run: Run, unit: BatchUnit): UnitEvent {
  return {
    ...identityOf(run, unit, "failed"),
    status: "failed",
    rows: 0,
    duplicates: 0,
    pages: 0,
    clicks: 0,
    impressions: 0,
    hash: null,
    generation: null,
    capped: false,
    attempts: unit.attempts,
    error: unit.lastError,
  };
}

function identityOf(run: Run, { report, date }: BatchUnit, how: number | "failed") {
  return {
    version: eventVersion,
    kind: "unit",
    eventId: `${run.runId}/${report}/${date}/${how}`,
    runId: run.runId,
    siteUrl: run.siteUrl,
    accountId: run.accountId,
    report,
    date,
  } as const;
}
