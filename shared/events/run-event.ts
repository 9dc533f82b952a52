import * as z from "zod";
import { type Run, runStatuses } from "../ledger/run.ts";
import type { RunSummary } from "../ledger/run-summary.ts";
import { eventVersion } from "./event-envelope.ts";

const count = z.int().min(0);
const figure = z.number();

/** The JSON contract of a run's summary, as commands print it. */
const RunSummarySchema = z.object({
  runId: z.string().min(1),
  status: z.enum(runStatuses),
  reason: z.string().nullable(),
  waitingUntil: z.string().nullable(),
  outageSince: z.string().nullable().default(null),
  siteUrl: z.string(),
  accountId: z.string(),
  from: z.string(),
  to: z.string(),
  reports: z.array(z.string()),
  concurrency: count,
  requests: count,
  pages: count,
  rows: count,
  units: z.object({ planned: count, complete: count, failed: count, skipped: count }),
  duplicates: count,
  durationMs: figure,
  qpm: z.object({ average: figure, peak: figure }),
  batch: z.object({ count, p50Ms: figure, p95Ms: figure, p99Ms: figure }),
  queue: z.object({ peak: count }),
  inFlight: z.object({ peak: count }),
  quota: z.object({ approaching: count, exceeded: count, deferred: count }),
  retries: count,
  memoryPeakMb: figure,
}) satisfies z.ZodType<RunSummary>;

/** A run has ended, with its summary. A run that is resumed ends again, with another `eventId`. */
export const RunEventSchema = RunSummarySchema.extend({
  version: z.literal(eventVersion),
  kind: z.literal("run"),
  /** The same for an event that is sent again, and for no other. */
  eventId: z.string().min(1),
});

export type RunEvent = z.infer<typeof RunEventSchema>;

export function runEvent(run: Run, summary: RunSummary): RunEvent {
  const { reports, ...figures } = summary;
  return {
    version: eventVersion,
    kind: "run",
    eventId: runEventId(run),
    ...figures,
    reports: [...reports],
  };
}

/** An execution ends its run once. */
export function runEventId({ runId, execution }: Run): string {
  return `${runId}/run/${execution}`;
}
