import * as z from "zod";
import { AccountSchema, defaultAccountId } from "./account.ts";
import { defaultReportId } from "./find-report.ts";
import { parsePacificDate } from "./pacific-date.ts";
import { ReportSchema } from "./report.ts";
import { SiteUrlSchema } from "./site-url.ts";

const PacificDateSchema = z.string().transform((text, context) => {
  const date = parsePacificDate(text);
  if (date !== undefined) return date;
  context.addIssue({ code: "custom", message: "is not a date like 2026-03-31" });
  return z.NEVER;
});

/**
 * Input of an execution of the sync state machine: what `gsc-sync backfill` sends and what is
 * pasted into the Step Functions console. `runId` defaults to the execution's name. An execution
 * whose run exists already (a resume) goes on with that run and reads nothing else of its input.
 */
export const RunRequestSchema = z.strictObject({
  runId: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,70}$/)
    .optional(),
  siteUrl: SiteUrlSchema,
  accountId: AccountSchema.shape.accountId.default(defaultAccountId),
  from: PacificDateSchema,
  to: PacificDateSchema,
  reports: z.array(z.string()).min(1).default([defaultReportId]),
  /** Those of the reports that are not built in; others are ignored. */
  definitions: z.array(ReportSchema).max(100).exactOptional(),
  concurrency: z.int().min(1).max(5).default(3),
  batchSize: z.int().min(1).max(500).default(50),
  /** Absent: as the lever is set, or 1,000 and 10. */
  maxQueueSize: z.int().min(1).max(10_000).optional(),
  maxInFlight: z.int().min(1).max(100).optional(),
  /** Requests a minute that the property's budget is set to; absent: the default budget. */
  qpm: z.int().min(1).max(1_200).optional(),
  force: z.boolean().default(false),
  keepAutoSync: z.boolean().default(false),
  /** Leaves out the days that Google keeps no hours of, instead of refusing the range: a sync's. */
  keptDaysOnly: z.boolean().default(false),
  /** Halts at the first unit that fails; otherwise it fails alone. */
  haltOnFailure: z.boolean().default(false),
});

/** The run that an execution's input names, if it names one. */
export function runIdOf(input: unknown): string | undefined {
  return NamedRunSchema.safeParse(input).data?.runId;
}

const NamedRunSchema = z.object({ runId: z.string().min(1) });

export type RunRequest = z.infer<typeof RunRequestSchema>;
export type RunRequestInput = z.input<typeof RunRequestSchema>;
