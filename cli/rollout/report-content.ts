import { type Headline, headlineOf } from "../../shared/operations/rollout/headline.ts";
import type {
  MeasuredRun,
  RolloutFigures,
} from "../../shared/operations/rollout/rollout-figures.ts";
import { memoryBoundMb, type Verdict } from "../../shared/operations/rollout/verdicts.ts";
import { duration } from "../output/views/format.ts";
import { exact, number, observedText, utc } from "./report-format.ts";
import { speedupSentence } from "./speedup-sentence.ts";

/** The report's words and tables, whatever they are written as. Texts are not escaped. */
export type ReportContent = {
  readonly headline: Headline;
  readonly about: string;
  readonly success: Table;
  readonly notes: readonly string[];
  readonly runs: Table;
  readonly differences: Table | null;
  readonly days: Table;
  readonly configuration: Table;
  readonly sources: readonly string[];
};

export type Table = {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
};

export function reportContent(
  figures: RolloutFigures,
  verdicts: readonly Verdict[],
): ReportContent {
  const { siteUrl, from, to, compared, stage } = figures;
  return {
    headline: headlineOf(figures, verdicts),
    about: `${siteUrl}, ${from} to ${to} (${compared.days.length} days), stage ${stage}, ${utc(figures.startedAtMs)} to ${utc(figures.endedAtMs)}`,
    success: {
      columns: ["Metric", "Target", "Observed", "Verdict"],
      rows: verdicts.map((verdict) => [
        verdict.metric,
        verdict.target,
        observedText(verdict),
        verdict.ok ? "ok" : "MISSED",
      ]),
    },
    notes: [
      speedupSentence(figures),
      `Memory is a bound: the largest worker's resident set (${number(figures.concurrent.summary.memoryPeakMb)} MB) times the ${figures.concurrent.workers} workers that may run at once. The workers of one instant are not added up, and the servers of a home are not in it.`,
    ],
    runs: runsTable(figures),
    differences: differencesTable(figures),
    days: {
      columns: ["Day (Pacific)", "Sequential rows", "Concurrent rows", "Verdict"],
      rows: compared.days.map(({ date, sequentialRows, concurrentRows, difference }) => [
        date,
        rowsText(sequentialRows),
        rowsText(concurrentRows),
        difference ?? "equal",
      ]),
    },
    configuration: configurationTable(figures),
    sources: [
      "Durations, requests, rows, percentiles, peaks, retries and memory: the run ledger's summaries (gsc-sync status RUN --json); a minute's average counts a run shorter than a minute as one.",
      "Queue depth, in flight and requests a minute over time, and the steady queue depth: the stage's recorded metrics QueueSize, InFlight and QuotaUsage between a run's start and end. They are the whole stage's: other runs at that time are in them, and a rolling minute reaches back to before a run's start. A peak between two readings is in the ledger's figures only.",
      "Rows, hashes and page requests of a day: its unit record, read when each run had ended.",
    ],
  };
}

function runsTable({ sequential, concurrent }: RolloutFigures): Table {
  const row = (name: string, figure: (run: MeasuredRun) => string) => [
    name,
    figure(sequential),
    figure(concurrent),
  ];
  return {
    columns: ["Figure", "Sequential", "Concurrent"],
    rows: [
      row("run", ({ summary }) => summary.runId),
      row("status", ({ summary }) => summary.status),
      row("started", ({ startedAtMs }) => utc(startedAtMs)),
      row("ended", ({ endedAtMs }) => utc(endedAtMs)),
      row("duration", ({ summary }) => exact(summary.durationMs)),
      row("workers at once", ({ workers }) => number(workers)),
      row("workers' busy time", ({ workedMs }) => exact(workedMs)),
      row("page requests sent", ({ summary }) => number(summary.requests)),
      row("rows", ({ summary }) => number(summary.rows)),
      row(
        "days complete, failed, skipped",
        ({ summary: { units } }) => `${units.complete}, ${units.failed}, ${units.skipped}`,
      ),
      row(
        "requests a minute, average and peak",
        ({ summary: { qpm } }) => `${number(qpm.average)}, ${number(qpm.peak)}`,
      ),
      row("batches", ({ summary }) => number(summary.batch.count)),
      row("batch p50", ({ summary }) => duration(summary.batch.p50Ms)),
      row("batch p95", ({ summary }) => duration(summary.batch.p95Ms)),
      row("batch p99", ({ summary }) => duration(summary.batch.p99Ms)),
      row("queue peak", ({ summary }) => number(summary.queue.peak)),
      row("in flight peak", ({ summary }) => number(summary.inFlight.peak)),
      row("retries", ({ summary }) => number(summary.retries)),
      row(
        "quota approaching, exceeded, deferred",
        ({ summary: { quota } }) => `${quota.approaching}, ${quota.exceeded}, ${quota.deferred}`,
      ),
      row("memory, at most", (run) => {
        const bound = memoryBoundMb(run);
        return bound === undefined ? "not measured" : `${number(bound)} MB`;
      }),
    ],
  };
}

function differencesTable({ compared, settled }: RolloutFigures): Table | null {
  const different = compared.days.filter(({ difference }) => difference !== null);
  if (different.length === 0) return null;
  const causes = {
    google: "Google revised it: a third fetch gives what the concurrent run stored",
    ours: "our error: a third fetch differs from what the concurrent run stored",
    unsettled: "not settled: the third fetch failed",
  } as const;
  return {
    columns: ["Day (Pacific)", "Difference", "Third fetch", "Whose"],
    rows: different.map(({ date, difference }) => {
      const third = settled.find((day) => day.date === date);
      return [
        date,
        difference ?? "",
        third === undefined ? "none" : `${rowsText(third.thirdRows)} rows`,
        causes[third?.cause ?? "unsettled"],
      ];
    }),
  };
}

function configurationTable(figures: RolloutFigures): Table {
  const { asked, rolloutId, accountId, startedAtMs, endedAtMs, qpmLimit, nightlySync } = figures;
  return {
    columns: ["Setting", "Value"],
    rows: [
      ["rollout", rolloutId],
      ["account", accountId],
      ["started", utc(startedAtMs)],
      ["ended", utc(endedAtMs)],
      ["concurrency", `1, then ${asked.concurrency}`],
      ["most batches queued or in flight", number(asked.maxQueueSize)],
      ["most batches in flight", number(asked.maxInFlight)],
      ["Google's limit a minute", number(qpmLimit)],
      ["forced", asked.forced ? "yes, both runs" : "no: final days were skipped"],
      ["nightly sync meanwhile", nightlySync],
    ],
  };
}

function rowsText(rows: number | null): string {
  return rows === null ? "none" : number(rows);
}
