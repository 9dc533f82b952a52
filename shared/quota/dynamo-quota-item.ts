import { z } from "zod";
import { tableKeys } from "../config/names.ts";
import type { QuotaScope } from "./quota.ts";
import { QuotaError } from "./quota-error.ts";
import { scopeKey } from "./scopes.ts";
import { emptyWindow, type QuotaWindow } from "./window.ts";

/**
 * One item a scope. Its counts are a list, not a map by sub-window: the item stays far below the
 * 1 KB that one write unit pays for. A scope that was closed before its first claim has no head.
 */
export const quotaAttributes = {
  head: "head",
  headCount: "headCount",
  earlier: "earlier",
  total: "total",
  closedUntilMs: "closedUntilMs",
  closedReason: "closedReason",
  expiresAt: tableKeys.quota.timeToLive,
} as const;

/** The key of a scope's item. */
export function quotaItemKey(scope: QuotaScope): Record<string, string> {
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
      `quota item ${String(item[tableKeys.quota.partitionKey])} is not readable: ${z.prettifyError(parsed.error)}`,
      { code: "broken-item", cause: parsed.error },
    );
  }
  return parsed.data;
}

const count = z.int().min(0);

const QuotaItemSchema = z
  .object({
    head: count.default(emptyWindow.head),
    headCount: count.default(0),
    earlier: z.array(count).default([]),
    total: count.default(0),
    closedUntilMs: z.number().optional(),
    closedReason: z.string().default(""),
  })
  .refine((item) => item.total === item.earlier.reduce((sum, each) => sum + each, item.headCount), {
    message: "total is not the sum of the counts",
  })
  .transform(({ closedUntilMs, closedReason, ...counts }): QuotaWindow => {
    const closure =
      closedUntilMs === undefined ? null : { untilMs: closedUntilMs, reason: closedReason };
    return { ...counts, closure };
  });
