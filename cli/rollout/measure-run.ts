import { inFlightCount, isEnded, queueSize } from "../../shared/ledger/run.ts";
import type { RunSummary } from "../../shared/ledger/run-summary.ts";
import type { RunRecords } from "../../shared/operations/rollout/compare-runs.ts";
import type { MeasuredRun } from "../../shared/operations/rollout/rollout-figures.ts";
import type { RunRequest } from "../../shared/request/run-request.ts";
import { CommandError } from "../output/errors.ts";
import type { Terminal } from "../output/terminal.ts";
import { followRun } from "../run/follow-run.ts";
import { newRunId } from "../run/run-id.ts";
import { requireRunState } from "../run/run-snapshot.ts";
import { startRun } from "../run/start-run.ts";
import type { OpenStage } from "../stage/stage.ts";
import { exact } from "./report-format.ts";

/** A run that has ended, its telemetry not read yet. */
export type EndedRun = Omit<MeasuredRun, "series"> & {
  /** Batches that it has left behind. */
  readonly left: number;
  /** What the row store holds of its days, read before another run writes them. */
  readonly stored: RunRecords;
};

/**
 * Runs to the end, shown as a backfill is. @throws CommandError: it was halted, or failed as a whole.
 */
export async function measureRun(
  what: string,
  stage: OpenStage,
  request: RunRequest,
  terminal: Terminal,
): Promise<EndedRun> {
  terminal.notice(`${what} …`);
  const runId = request.runId ?? newRunId(Date.now());
  const started = await startRun(stage, runId, request);
  const followed = await followRun(stage, started, terminal).finally(terminal.endProgress);
  refuseUnended(what, followed);
  const { run, batches, summary } = await requireRunState(stage.ledger, started.runId);
  const rows = await stage.rows();
  const records = await rows.readUnits({
    siteUrl: run.siteUrl,
    from: run.from,
    to: run.to,
    reports: run.reports,
  });
  const { lever } = await stage.ledger.readSettings();
  const takes = batches.flatMap((batch) => [...Object.values(batch.takes), batch.earlier ?? []]);
  terminal.notice(`${what}: ${summaryLine(summary)}`);
  return {
    summary,
    startedAtMs: run.startedAtMs,
    endedAtMs: run.endedAtMs ?? Date.now(),
    workers: Math.min(request.concurrency, lever),
    workedMs: takes.flat().reduce((sum, take) => sum + take.durationMs, 0),
    left: queueSize(run) + inFlightCount(run),
    stored: { runId: run.runId, records },
  };
}

function refuseUnended(what: string, { runId, status, reason }: RunSummary): void {
  if (isEnded(status) && status !== "halted" && status !== "failed") return;
  throw new CommandError(`${what}: run ${runId} ${status}: ${reason ?? "no reason was given"}`);
}

function summaryLine({ durationMs, rows, units, requests }: RunSummary): string {
  const failed = units.failed > 0 ? `, ${units.failed} days failed` : "";
  return `${rows.toLocaleString("en-US")} rows, ${requests.toLocaleString("en-US")} requests in ${exact(durationMs)}${failed}`;
}
