import type { PacificDate } from "../request/pacific-date.ts";
import type { Report } from "../request/report.ts";

/**
 * The run item: the coordinator. It holds the run's queue of batches, who has which batch, and the
 * limits. Each change is one pure transition (`transitions/`), written on condition that the item
 * has not changed since it was read.
 *
 *                 start               wait                     finish
 *   planned ────────────> running <──────────> waiting    ┌────────────> complete
 *                            │       send         │       │
 *                            ├────────────────────┼───────┴────────────> completed_with_failures
 *                       halt │               halt │
 *                            v                    v
 *                         halting ── nothing in flight any more ──> halted | failed
 *                            ^                                         │
 *                            └──────── running <────── resume ─────────┘
 *
 * planned, running and waiting go to halted as well when no execution works on the run any more (orphan),
 * to failed when its execution fails. An execution whose history fills up names its successor:
 *
 *   of execution E ──hand over──> of E', predecessor E ──resume──> of E"
 *
 * A batch, by its number in plan order:
 *
 *   planned ──admit──> queued ──send──> sent ──take──> taken ──submit──> settled
 *     (≥ admitted)       ^               │               │
 *                        └────expire─────┴──return───────┘
 */
export type Run = {
  readonly runId: string;
  readonly siteUrl: string;
  readonly accountId: string;
  readonly from: PacificDate;
  readonly to: PacificDate;
  readonly reports: readonly string[];
  /** Those of the reports that are not built in, as they were when the run was planned. */
  readonly definitions?: readonly Report[];
  readonly force: boolean;
  readonly keepAutoSync: boolean;
  /** Halts at the first unit that fails; otherwise it fails alone. */
  readonly haltOnFailure: boolean;
  /** Budget in requests a minute, where the run sets one. */
  readonly qpm: number | null;
  /** What its scopes granted a minute, as configured, when it was last dispatched. */
  readonly budget?: number;

  readonly concurrency: number;
  readonly batchSize: number;
  readonly maxQueueSize: number;
  readonly maxInFlight: number;

  readonly status: RunStatus;
  readonly reason: string | null;
  /** Since when its takes have found a store or the event bus away; null or absent: they have not. */
  readonly outageSinceMs?: number | null;
  /** What `halting` ends in. */
  readonly haltsAs: "halted" | "failed" | null;
  /** The execution that works on the run; another one that dispatches it ends. */
  readonly execution: string;
  /** The execution that handed the run over to this one. */
  readonly predecessor: string | null;
  /** The execution whose end of the run is published; absent in runs from before the field existed. */
  readonly endTold?: string | null;

  readonly plannedUnits: number;
  readonly skippedUnits: number;
  /** Batches in the plan; batch n has the id `batchIdAt(n)`. */
  readonly batches: number;
  /** Batches [0, admitted) have entered the queue. */
  readonly admitted: number;
  /** Batches [next, admitted) wait in plan order; each below `next` was sent at least once. */
  readonly next: number;
  /** Batches that were put back: they go before those in plan order. */
  readonly returned: readonly ReturnedBatch[];
  readonly inFlight: Readonly<Record<string, Hold>>;
  /** How long the next sends wait for a worker; absent: a lease. */
  readonly ringMs?: number;

  readonly queuePeak: number;
  readonly inFlightPeak: number;
  readonly waitingUntilMs: number | null;

  readonly startedAtMs: number;
  readonly updatedAtMs: number;
  readonly endedAtMs: number | null;
  readonly haltedAtMs: number | null;
  /** Working time before the current stretch, and when that stretch began (null: not working). */
  readonly activeMs: number;
  readonly activeSinceMs: number | null;
};

export const runStatuses = [
  "planned",
  "running",
  "waiting",
  "halting",
  "halted",
  "complete",
  "completed_with_failures",
  "failed",
] as const;

export type RunStatus = (typeof runStatuses)[number];

/**
 * Rung (token 0) or held by the take with that token, until the lease runs out (epoch ms). Of a
 * batch that was held before, `after` is the newest take so far: an older one must not come later,
 * or the newer would overwrite it when it wakes.
 */
export type Hold = {
  readonly token: number;
  readonly untilMs: number;
  readonly after?: number;
  /** How long a send waits for a worker; absent: a lease. */
  readonly ringMs?: number;
};

export type ReturnedBatch = {
  readonly batchId: string;
  readonly notBeforeMs: number;
  readonly after?: number;
  /** Quota, a worker slot or a store was lacking: nothing of it has failed. */
  readonly deferred?: true;
};

/** How long a take holds a batch without a renewal, and a send that is answered in time. */
export const leaseMs = 20_000;

export function batchIdAt(index: number): string {
  return `b${String(index).padStart(6, "0")}`;
}

/** Batches in the queue: put back, and waiting in plan order. */
export function queueSize(run: Run): number {
  return run.returned.length + run.admitted - run.next;
}

export function inFlightCount(run: Run): number {
  return Object.keys(run.inFlight).length;
}

export function isEnded(status: RunStatus): boolean {
  return (
    status === "halted" ||
    status === "failed" ||
    status === "complete" ||
    status === "completed_with_failures"
  );
}

/** The run's end is published; nothing is left to do for it. */
export function isEndPublished({ endTold, execution }: Run): boolean {
  return endTold === undefined || endTold === execution;
}

/** Every batch of the plan is settled. */
export function isDrained(run: Run): boolean {
  return run.next === run.batches && run.returned.length === 0 && inFlightCount(run) === 0;
}
