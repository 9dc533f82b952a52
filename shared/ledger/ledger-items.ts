import * as z from "zod";
import { schemaFaults } from "../lib/schema-faults.ts";
import { parsePacificDate } from "../request/pacific-date.ts";
import { ReportSchema } from "../request/report.ts";
import type { Batch } from "./batch.ts";
import { LedgerError } from "./ledger-error.ts";
import type { SetLever } from "./lever-changes.ts";
import type { PropertyLock } from "./property-lock.ts";
import { type Run, runStatuses } from "./run.ts";
import type { SetSettings } from "./settings.ts";
import type { WorkerSlots } from "./worker-slots.ts";

/** Reads the ledger's items, whichever store they come from. A wrong one is a LedgerError. */
export function parseRun(item: unknown): Run {
  return parseItem("run", RunSchema, item);
}

export function parseBatch(item: unknown): Batch {
  return parseItem("batch", BatchSchema, item);
}

export function parseLock(item: unknown): PropertyLock {
  return parseItem("lock", LockSchema, item);
}

export function parseWorkerSlots(item: unknown): WorkerSlots {
  return parseItem("seats", WorkerSlotsSchema, item).seats;
}

/** What has been set. */
export function parseSettings(item: unknown): SetSettings {
  return parseItem("settings", SettingsSchema, item);
}

/** What the settings' item says of the lever; nothing where there is no item yet. */
export function parseLeverChanges(item: unknown): readonly SetLever[] {
  return parseItem("settings", LeverChangesSchema, item ?? {}).leverChanges;
}

/** The attributes that settings are stored in. */
export function settingsAttributes(): readonly string[] {
  return Object.keys(SettingsSchema.shape);
}

const date = z.string().transform((text, context) => {
  const parsed = parsePacificDate(text);
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: "custom", message: "not a date" });
  return z.NEVER;
});
const ms = z.number();
const count = z.int().min(0);

const RunSchema = z.object({
  runId: z.string(),
  siteUrl: z.string(),
  accountId: z.string(),
  from: date,
  to: date,
  reports: z.array(z.string()),
  definitions: z.array(ReportSchema).exactOptional(),
  force: z.boolean(),
  keepAutoSync: z.boolean(),
  haltOnFailure: z.boolean().default(false),
  qpm: z.number().nullable(),
  budget: z.number().exactOptional(),
  concurrency: count,
  batchSize: count,
  maxQueueSize: count,
  maxInFlight: count,
  status: z.enum(runStatuses),
  reason: z.string().nullable(),
  outageSinceMs: ms.nullable().exactOptional(),
  haltsAs: z.enum(["halted", "failed"]).nullable(),
  execution: z.string(),
  predecessor: z.string().nullable().default(null),
  endTold: z.string().nullable().exactOptional(),
  plannedUnits: count,
  skippedUnits: count,
  batches: count,
  admitted: count,
  next: count,
  returned: z.array(
    z.object({
      batchId: z.string(),
      notBeforeMs: ms,
      after: z.number().exactOptional(),
      deferred: z.literal(true).exactOptional(),
    }),
  ),
  inFlight: z.record(
    z.string(),
    z.object({
      token: z.number(),
      untilMs: ms,
      after: z.number().exactOptional(),
      ringMs: ms.exactOptional(),
    }),
  ),
  ringMs: ms.exactOptional(),
  queuePeak: count,
  inFlightPeak: count,
  waitingUntilMs: ms.nullable(),
  startedAtMs: ms,
  updatedAtMs: ms,
  endedAtMs: ms.nullable(),
  haltedAtMs: ms.nullable(),
  activeMs: ms,
  activeSinceMs: ms.nullable(),
}) satisfies z.ZodType<Run>;

const TakeFiguresSchema = z.object({
  units: count,
  requests: count,
  retries: count,
  deferred: count,
  approaching: count.optional(),
  exceeded: count,
  durationMs: ms,
  memoryMb: z.number(),
  sentBySecond: z.record(z.string(), count),
});

const BatchSchema = z.object({
  runId: z.string(),
  batchId: z.string(),
  siteUrl: z.string(),
  token: z.number(),
  units: z.array(
    z.object({
      report: z.string(),
      date,
      status: z.enum(["pending", "done", "failed"]),
      attempts: count,
      notBeforeMs: ms,
      lastError: z.string().nullable(),
      begun: z.boolean(),
      suspect: z.boolean(),
      figures: z.object({ rows: count, pages: count, duplicates: count }).nullable(),
    }),
  ),
  takes: z.record(z.string(), TakeFiguresSchema),
  earlier: TakeFiguresSchema.extend({ count }).exactOptional(),
}) satisfies z.ZodType<Batch>;

const LockSchema = z.object({
  holders: z.record(
    z.string(),
    z.object({ from: date, to: date, keepAutoSync: z.boolean().default(false), untilMs: ms }),
  ),
}) satisfies z.ZodType<PropertyLock>;

const WorkerSlotsSchema = z.object({ seats: z.record(z.string(), ms) });

const positive = z.int().min(1);
const ScopeSettingsSchema = z.record(
  z.string(),
  z.object({ limit: positive.optional(), qpm: positive.optional() }),
);

const SettingsSchema = z
  .object({
    lever: z.int().min(0).max(5),
    inFlight: positive,
    queueSize: positive,
    qpm: positive,
    properties: ScopeSettingsSchema,
    accounts: ScopeSettingsSchema,
  })
  .partial() satisfies z.ZodType<SetSettings>;

function parseItem<T>(name: string, schema: z.ZodType<T>, item: unknown): T {
  const parsed = schema.safeParse(item);
  if (parsed.success) return parsed.data;
  throw new LedgerError(
    "corrupt",
    `the ledger holds a ${name} item that this version cannot read: ${schemaFaults(parsed.error)}`,
  );
}

const LeverChangesSchema = z.object({
  leverChanges: z.array(z.object({ atMs: ms, lever: z.number().nullable() })).default([]),
});
