import { inFlightCount, queueSize, type Run } from "../../../shared/ledger/run.ts";
import type { RunSummary } from "../../../shared/ledger/run-summary.ts";
import { localTime, wholeSeconds } from "./format.ts";
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

/** The figures of both forms of the progress display, at an instant. */
export type ProgressFigures = RunRate & {
  readonly settled: number;
  readonly planned: number;
  readonly queue: number;
  readonly inFlight: number;
  /** Workers that hold a batch. A batch that is sent and not taken yet has none. */
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
  const { outageSinceMs } = run;
  const since =
    typeof outageSinceMs === "number" ? `, outage since ${localTime(outageSinceMs, nowMs)}` : "";
  const reason = run.reason === null ? undefined : `${oneLine(run.reason)}${since}`;
  if (run.status !== "waiting") return reason;
  if (run.waitingUntilMs === null) return reason ?? "waiting";
  const countdown = wholeSeconds(Math.ceil((run.waitingUntilMs - nowMs) / 1_000) * 1_000);
  const until = `until ${localTime(run.waitingUntilMs, nowMs)} (in ${countdown})`;
  return `${until}: ${reason ?? "the next batch is not due before"}`;
}

/** What a run had done at an instant: settled units, rows stored. */
type ProgressPoint = {
  readonly atMs: number;
  readonly units: number;
  readonly rows: number;
};

type RunRate = {
  /** Rows a second; undefined until there is a pace. */
  readonly rowsPerSecond: number | undefined;
  /** Until the last unit is settled, at the pace of late; undefined until there is a pace. */
  readonly leftMs: number | undefined;
};

/** Pace over the last 20 s; where no unit was settled in them, over all that is remembered. */
function runRate(
  history: readonly ProgressPoint[],
  now: ProgressPoint,
  plannedUnits: number,
): RunRate {
  const earlier = history.filter((point) => point.atMs < now.atMs);
  const recent = paceSince(startOfWindow(earlier, now.atMs), now);
  const pace = recent !== undefined && recent.units > 0 ? recent : paceSince(earlier[0], now);
  const unitsLeft = Math.max(plannedUnits - now.units, 0);
  return {
    rowsPerSecond: recent?.rows,
    leftMs:
      unitsLeft === 0
        ? 0
        : pace === undefined || pace.units <= 0
          ? undefined
          : (unitsLeft / pace.units) * 1_000,
  };
}

const windowMs = 20_000;

/** A shorter stretch says nothing: batches are written every few seconds. */
const leastStretchMs = 3_000;

function startOfWindow(
  history: readonly ProgressPoint[],
  nowMs: number,
): ProgressPoint | undefined {
  return history.findLast((point) => point.atMs <= nowMs - windowMs) ?? history[0];
}

/** Units and rows a second. */
function paceSince(
  start: ProgressPoint | undefined,
  now: ProgressPoint,
): { readonly units: number; readonly rows: number } | undefined {
  if (start === undefined || now.atMs - start.atMs < leastStretchMs) return undefined;
  const seconds = (now.atMs - start.atMs) / 1_000;
  return {
    units: Math.max(now.units - start.units, 0) / seconds,
    rows: Math.max(now.rows - start.rows, 0) / seconds,
  };
}
