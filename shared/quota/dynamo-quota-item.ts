import * as z from "zod";
import { tableKeys } from "../config/names.ts";
import { schemaFaults } from "../lib/schema-faults.ts";
import { QuotaError, type QuotaScope } from "./quota.ts";
import { scopeKey } from "./scopes.ts";
import { goodStanding, type Standing } from "./standing.ts";
import { emptyWindow, type QuotaWindow } from "./window.ts";

/**
 * One item a scope. Its counts are a list, not a map by sub-window: the item stays below the 1 KB
 * that one write unit pays for. A scope that was closed before its first claim has no head.
 */
export const quotaAttributes = {
  head: "head",
  headCount: "headCount",
  earlier: "earlier",
  total: "total",
  /** Grows with the standing; absent while that is good. */
  version: "version",
  standing: "standing",
  sharers: "sharers",
  approachedAtMs: "approachedAtMs",
  expiresAt: tableKeys.quota.timeToLive,
} as const;

/** The key of a scope's item. */
export function quotaItemKey(
  scope: Pick<QuotaScope, "kind" | "id" | "signer">,
): Record<string, string> {
  return { [tableKeys.quota.partitionKey]: scopeKey(scope) };
}

/**
 * Long after everything in the item has lost its meaning by itself (counts that left the window,
 * a closure that ended), which is why no reader has to look at `expiresAt`.
 */
export function expiresAtSeconds(lastMeaningfulMs: number): number {
  return Math.ceil(lastMeaningfulMs / 1_000) + 3_600;
}

/** Reads an item, or its absence; throws QuotaError `broken-item` for anything else. */
export function parseQuotaItem(item: Record<string, unknown> | undefined): QuotaWindow {
  if (item === undefined) return emptyWindow;
  const parsed = QuotaItemSchema.safeParse(item);
  if (!parsed.success) {
    throw new QuotaError(
      `quota item ${String(item[tableKeys.quota.partitionKey])} is not readable: ${schemaFaults(parsed.error)}`,
      { code: "broken-item", cause: parsed.error },
    );
  }
  return parsed.data;
}

const count = z.int().min(0);
const lowering = z.object({ to: count, atMs: z.number(), recoveryMs: z.number().positive() });
const refusalCount = { fromMs: z.number(), grantedAtFrom: count, count };
const period = z.enum(["second", "minute", "load", "day"]);

const StandingSchema = z.object({
  version: count,
  closure: z
    .object({ untilMs: z.number(), reason: z.string(), period: period.nullable() })
    .nullable(),
  budget: lowering.nullable(),
  burst: lowering.nullable(),
  loadUntilMs: z.number().nullable(),
  refusedProperty: z.object({ id: z.string(), period, untilMs: z.number() }).nullable(),
  refusals: z
    .object({ ...refusalCount, minute: z.object(refusalCount) })
    .nullable()
    .default(null),
}) satisfies z.ZodType<Standing>;

const DemandsSchema = z.record(z.string(), z.object({ used: count, told: count, hungry: count }));

const QuotaItemSchema = z
  .object({
    head: count.default(emptyWindow.head),
    headCount: count.default(0),
    earlier: z.array(count).default([]),
    total: count.default(0),
    standing: StandingSchema.default(goodStanding),
    sharers: DemandsSchema.default({}),
    approachedAtMs: z.number().nullable().default(null),
  })
  .refine((item) => item.total === item.earlier.reduce((sum, each) => sum + each, item.headCount), {
    message: "total is not the sum of the counts",
  }) satisfies z.ZodType<QuotaWindow>;
