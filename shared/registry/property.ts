import * as z from "zod";
import { defaultAccountId } from "../request/account.ts";
import { defaultReportId } from "../request/find-report.ts";
import { ReportSchema } from "../request/report.ts";

export const propertyStatuses = ["active", "paused", "quarantined"] as const;

/**
 * A registered property: what the nightly sync reads of it, with which account, how fast.
 *
 *            pause                     Google says no (forbidden, unknown)
 *   paused <─────── active ──────────────────────────────────────────────> quarantined
 *      └───resume──────^ ^───────────────────resume──────────────────────────┘
 *
 * A sync skips what is paused or quarantined.
 */
export const PropertySchema = z.object({
  siteUrl: z.string(),
  accountId: z.string(),
  reports: z.array(z.string()).min(1),
  /**
   * Those of them that are not built in, as they were when they were registered: on a stage, whose
   * functions have no configuration file to look into.
   */
  definitions: z.array(ReportSchema).exactOptional(),
  /** Requests a minute; null: the default budget. */
  qpm: z.int().min(1).nullable(),
  /** Workers of a run; null: the default. */
  concurrency: z.int().min(1).max(5).nullable(),
  status: z.enum(propertyStatuses),
  /** Why it is quarantined, or paused by a rollout or a drill. */
  reason: z.string().nullable(),
  /** Since when it has had its status, epoch ms. */
  sinceMs: z.number(),
});

export type Property = z.infer<typeof PropertySchema>;

/** What a person says of a property; the rest is as it was, or the default. */
export type PropertySettings = Partial<
  Pick<Property, "accountId" | "reports" | "definitions" | "qpm" | "concurrency">
>;

/** Registers a property, or changes the settings of one that is; its status stays. */
export function withSettings(
  siteUrl: string,
  known: Property | undefined,
  settings: PropertySettings,
  nowMs: number,
): Property {
  return { ...(known ?? newProperty(siteUrl, nowMs)), ...settings };
}

/** A property as a run reads it that nobody has registered. */
export function newProperty(siteUrl: string, nowMs: number): Property {
  return {
    siteUrl,
    accountId: defaultAccountId,
    reports: [defaultReportId],
    qpm: null,
    concurrency: null,
    status: "active",
    reason: null,
    sinceMs: nowMs,
  };
}

/** Without a reason it is a person's pause, which also takes over one that has a reason. */
export function pauseProperty(
  property: Property,
  nowMs: number,
  reason: string | null = null,
): Property {
  if (property.status === "paused" && property.reason === reason) return property;
  return { ...property, status: "paused", reason, sinceMs: nowMs };
}

/** Ends a pause or a quarantine. */
export function resumeProperty(property: Property, nowMs: number): Property {
  if (property.status === "active") return property;
  return { ...property, status: "active", reason: null, sinceMs: nowMs };
}

/** A pause stays a pause: a person has said so. The first reason stays the reason. */
export function quarantineProperty(property: Property, reason: string, nowMs: number): Property {
  if (property.status !== "active") return property;
  return { ...property, status: "quarantined", reason, sinceMs: nowMs };
}
