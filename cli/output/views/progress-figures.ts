import { inFlightCount, queueSize, type Run } from "../../../shared/ledger/run.ts";
import type { RunSummary } from "../../../shared/ledger/run-summary.ts";
import { localTime, wholeSeconds } from "./format.ts";
import { type ProgressPoint, type RunRate, runRate } from "./run-rate.ts";
import { oneLine } from "./text-width.ts";

/** A run that is going on, as it was read last. */
export type ProgressSnapshot = {
  readonly run: Run;
  readonly summary: RunSummary;
  /** Requests granted in the rolling minute. */
  readonly qpmNow: number;
  /** Most of them that are granted. */
  readonly budget: number;
  /** Earlier readings, oldest first; `units` counts complete and failed ones. */
  readonly history: readonly ProgressPoint[];
};

/** What both forms of the progress display tell, at an instant. */
export type ProgressFigures = RunRate & {
  readonly settled: number;
  readonly planned: number;
  readonly queue: number;
  readonly inFlight: number;
  /** Workers that hold a batch; what is rung and not taken yet has none. */
  readonly workers: number;
  readonly elapsedMs: number;
  readonly timeLeft: string;
  /** What the run waits for and until when, or why it stops; undefined when it is at work. */
  readonly waitingFor: string | undefined;
};

export function progressFigures(snapshot: ProgressSnapshot, nowMs: number): ProgressFigures {
  const { run, summary, history } = snapshot;
  const settled = summary.units.complete + summary.units.failed;
  const planned = summary.units.planned;
  const rate = runRate(history, { atMs: nowMs, units: settled, rows: summary.rows }, planned);
  return {
    ...rate,
    settled,
    planned,
    queue: queueSize(run),
    inFlight: inFlightCount(run),
    workers: Object.values(run.inFlight).filter((hold) => hold.token > 0).length,
    elapsedMs: elapsedMs(run, nowMs),
    timeLeft: timeLeft(run, rate.leftMs),
    waitingFor: waitingFor(run, nowMs),
  };
}

function elapsedMs(run: Run, nowMs: number): number {
  return run.activeMs + (run.activeSinceMs === null ? 0 : Math.max(nowMs - run.activeSinceMs, 0));
}

function timeLeft(run: Run, leftMs: number | undefined): string {
  if (run.status === "waiting") return "after the wait";
  if (run.status === "halting") return "stopping";
  return leftMs === undefined ? "calculating…" : `about ${wholeSeconds(leftMs)}`;
}

function waitingFor(run: Run, nowMs: number): string | undefined {
  const reason = run.reason === null ? undefined : oneLine(run.reason);
  if (run.status !== "waiting") return reason;
  if (run.waitingUntilMs === null) return reason ?? "waiting";
  const countdown = wholeSeconds(Math.ceil((run.waitingUntilMs - nowMs) / 1_000) * 1_000);
  const until = `until ${localTime(run.waitingUntilMs, nowMs)} (in ${countdown})`;
  return `${until}: ${reason ?? "the next batch is not due before"}`;
}
