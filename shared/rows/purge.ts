import * as z from "zod";
import { dataEpoch, type PacificDate, parsePacificDate } from "../request/pacific-date.ts";
import type { Unit } from "../request/unit.ts";

/**
 * What is to be deleted for good. It is kept as a tombstone, and never forgotten: a take of an older
 * token can make none of these units visible again, however late it comes.
 */
export type Purge = {
  readonly siteUrl: string;
  /** Only days before this one; null: all days. */
  readonly before: PacificDate | null;
  /** Only these reports; null: all reports. */
  readonly reports: readonly string[] | null;
  /** Of the property's ledger: newer takes store as ever. */
  readonly token: number;
};

export const PurgeSchema = z.object({
  siteUrl: z.string(),
  before: z
    .string()
    .transform((text, context) => {
      const date = parsePacificDate(text);
      if (date !== undefined) return date;
      context.addIssue({ code: "custom", message: "is not a date" });
      return z.NEVER;
    })
    .nullable(),
  reports: z.array(z.string()).nullable(),
  token: z.number(),
}) satisfies z.ZodType<Purge>;

/** What was visible and is deleted. */
export type Purged = { readonly units: number; readonly rows: number };

/** After all days that a unit may have. */
export const endOfDays = "9999-12-31" as PacificDate;

/** Whether what a take has written, or is about to, of a unit is purged. */
export function isPurged(purge: Purge, unit: Unit & { readonly generation: number }): boolean {
  return (
    unit.siteUrl === purge.siteUrl &&
    unit.generation < purge.token &&
    (purge.before === null || unit.date < purge.before) &&
    (purge.reports?.includes(unit.report) ?? true)
  );
}

/** The units of a purge, and those of its last day, which it may leave. */
export function queryOf({ siteUrl, before, reports }: Omit<Purge, "token">) {
  const to = before ?? endOfDays;
  return { siteUrl, from: dataEpoch, to, ...(reports === null ? {} : { reports }) };
}

/** Whether all that an older purge keeps away, a newer one keeps away as well. */
export function outdoes(newer: Purge, older: Purge): boolean {
  return (
    newer.token > older.token &&
    (newer.before === null || (older.before !== null && older.before <= newer.before)) &&
    (newer.reports === null ||
      (older.reports?.every((report) => newer.reports?.includes(report)) ?? false))
  );
}
