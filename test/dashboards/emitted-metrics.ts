import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import type { QuotaScope } from "../../shared/quota/quota.ts";
import type { Telemetry } from "../../shared/telemetry/telemetry.ts";
import { aRun } from "../support/samples/a-run.ts";
import { emfRecords } from "../support/samples/emf-records.ts";

/** A metric as CloudWatch tells metrics apart. */
export type EmittedMetric = { readonly name: string; readonly dimensions: readonly string[] };

const handlers = join(import.meta.dirname, "../../lambdas/handlers");
const scopes = ["property", "account", "project"] as const;

const details = { batchId: "b", status: "settled", crashes: 1 };

/** Reports something by each of the telemetry's ways; a way more that is not here does not compile. */
const ways: { readonly [Way in keyof Telemetry]: (telemetry: Telemetry) => void } = {
  queue: (telemetry) => telemetry.queue(aRun(), 1),
  take: (telemetry) => telemetry.take(aRun(), figures, details),
  takeEnded: (telemetry) => telemetry.takeEnded(aRun(), details),
  takeFailed: (telemetry) => telemetry.takeFailed({ runId: "r", batchId: "b" }, "away"),
  usage: (telemetry) => telemetry.usage(aRun(), scopes.map(usageOf)),
  quota: (telemetry) => {
    for (const scope of scopes) {
      telemetry.quota.approaching(usageOf(scope));
      telemetry.quota.exceeded({ scope, id: "x", untilMs: 1, reason: "" }, 1);
    }
  },
  runEnded: (telemetry) => telemetry.runEnded(aRun({ haltedAtMs: 1, endedAtMs: 2 }), 1),
  executionEnded: (telemetry) => telemetry.executionEnded("failed"),
  runsLost: (telemetry) => telemetry.runsLost(1),
  freshness: (telemetry) =>
    telemetry.freshness({ lagDays: 1, staleReports: 1, quarantinedProperties: 1 }),
};

/** Every metric that a handler emits: of the telemetry's ways those that one of them takes. */
export async function emittedMetrics(): Promise<readonly EmittedMetric[]> {
  const { telemetry, records } = emfRecords();
  const taken = await waysTaken();
  for (const [way, report] of Object.entries(ways)) if (taken.has(way)) report(telemetry);
  return records.flatMap((record) =>
    RecordSchema.parse(record)._aws.CloudWatchMetrics.flatMap(({ Dimensions, Metrics }) =>
      Dimensions.flatMap((dimensions) =>
        Metrics.map(({ Name }) => ({ name: Name, dimensions: [...dimensions].sort() })),
      ),
    ),
  );
}

async function waysTaken(): Promise<ReadonlySet<string>> {
  const files = (await readdir(handlers)).filter((file) => file.endsWith(".ts"));
  const texts = await Promise.all(files.map((file) => readFile(join(handlers, file), "utf8")));
  return new Set(
    texts.flatMap((text) => [...text.matchAll(/telemetry\.(\w+)/g)].map(([, way]) => way ?? "")),
  );
}

const figures = {
  units: 1,
  requests: 1,
  retries: 1,
  deferred: 1,
  approaching: 1,
  exceeded: 1,
  durationMs: 1,
  memoryMb: 1,
  sentBySecond: {},
};

function usageOf(scope: QuotaScope["kind"]) {
  return { scope, id: "x", used: 1, budget: 1, limit: 1, closedUntilMs: null, reason: null };
}

const RecordSchema = z.object({
  _aws: z.object({
    CloudWatchMetrics: z.array(
      z.object({
        Dimensions: z.array(z.array(z.string())),
        Metrics: z.array(z.object({ Name: z.string() })),
      }),
    ),
  }),
});
