import type { QuotaOutlook } from "../../quota/quota-outlook.ts";
import { mostPutBack } from "../../request/run-limits.ts";
import { changed, type Decision, unchanged } from "../decision.ts";
import { batchIdAt, inFlightCount, isDrained, isEnded, queueSize, type Run } from "../run.ts";
import { afterUnanswered, sendLease } from "../send-lease.ts";
import { settleHalt } from "./halt-run.ts";
import { releaseHolds } from "./release-holds.ts";

export type DispatchAnswer =
  | { readonly kind: "send"; readonly batchIds: readonly string[]; readonly expired: number }
  /** Nothing to send. `untilMs`: when a queued batch may be sent; null: when one settles. */
  | { readonly kind: "wait"; readonly untilMs: number | null; readonly expired: number }
  | { readonly kind: "finish"; readonly expired: number }
  /** Another execution works on the run. */
  | { readonly kind: "superseded" };

/** What the settings allow every run; it gets the smaller of that and its own. */
export type DispatchLimits = {
  readonly lever: number;
  /** As the run's scopes stand; absent where nobody asked. */
  readonly quota?: QuotaOutlook | undefined;
  readonly inFlight?: number | undefined;
  readonly queueSize?: number | undefined;
};

/**
 * One pass of the dispatcher: expire leases that ran out, admit batches of the plan while the
 * limits allow, send those that are due, and none while a scope is closed. All in one write, or
 * none.
 */
export function dispatchRun(
  run: Run,
  input: DispatchLimits & { readonly execution: string },
  nowMs: number,
): Decision<DispatchAnswer> {
  if (run.execution !== input.execution) return unchanged({ kind: "superseded" });
  if (isEnded(run.status)) return unchanged({ kind: "finish", expired: 0 });
  if (run.status === "planned") return unchanged({ kind: "wait", untilMs: null, expired: 0 });

  const expiredIds = Object.entries(run.inFlight)
    .filter(([, hold]) => hold.untilMs <= nowMs)
    .map(([batchId]) => batchId);
  const expired = expiredIds.length;
  const afterExpiry = afterUnanswered(run, expiredIds);
  const current = applyBudget(releaseHolds(afterExpiry, expiredIds), input.quota?.budget);

  if (run.status === "halting") {
    const settled = settleHalt(current, nowMs);
    const answer: DispatchAnswer = isEnded(settled.status)
      ? { kind: "finish", expired }
      : { kind: "wait", untilMs: null, expired };
    return settled === run ? unchanged(answer) : changed(settled, answer);
  }
  if (isDrained(current)) {
    const answer: DispatchAnswer = { kind: "finish", expired };
    return expired > 0 ? changed(current, answer) : unchanged(answer);
  }

  const admitted = admit(current, input.queueSize);
  const closure = input.lever === 0 ? null : (input.quota?.closure ?? null);
  const limit = closure === null ? sendLimit(run, input.lever, input.inFlight) : 0;
  const waitsFor =
    Math.min(run.concurrency, input.lever) === 1 ? deferredUntilMs(admitted, nowMs) : null;
  const sent = send(admitted, { limit, fresh: waitsFor === null }, nowMs);
  if (sent.batchIds.length > 0) {
    return changed(sent.run, { kind: "send", batchIds: sent.batchIds, expired });
  }
  const untilMs = closure?.untilMs ?? waitsFor ?? nextDueMs(admitted, nowMs);
  const waited =
    input.lever === 0
      ? announceStop(admitted, nowMs)
      : announceWait(admitted, { untilMs, reason: closure?.reason ?? run.reason }, nowMs);
  const answer: DispatchAnswer = { kind: "wait", untilMs, expired };
  return waited === run ? unchanged(answer) : changed(waited, answer);
}

/**
 * Most batches in flight at once. Two more than the workers, so that none waits for the next pass;
 * at 1 a single one, and none while one waits for quota, so that plan order holds; below the lever
 * no more than the run's workers, since a free worker of the stage would take it.
 */
export function sendLimit(run: Run, lever: number, inFlight = run.maxInFlight): number {
  const most = Math.min(run.maxInFlight, inFlight);
  const workers = Math.min(run.concurrency, lever);
  if (workers <= 1 || workers < lever) return Math.min(workers, most);
  return Math.min(workers + 2, most);
}

/** The plan enters the queue while queue and in flight together stay within `maxQueueSize`. */
function admit(run: Run, queueSizeLimit = run.maxQueueSize): Run {
  const room = Math.min(run.maxQueueSize, queueSizeLimit) - queueSize(run) - inFlightCount(run);
  const admitted = Math.min(run.batches, run.admitted + Math.max(room, 0));
  if (admitted === run.admitted) return run;
  const next = { ...run, admitted };
  return { ...next, queuePeak: Math.max(run.queuePeak, queueSize(next)) };
}

function send(
  run: Run,
  { limit, fresh: mayBegin }: { readonly limit: number; readonly fresh: boolean },
  nowMs: number,
): { readonly run: Run; readonly batchIds: readonly string[] } {
  const slots = Math.max(limit - inFlightCount(run), 0);
  const due = run.returned.filter((batch) => batch.notBeforeMs <= nowMs).slice(0, slots);
  const fresh = mayBegin ? Math.min(slots - due.length, freshBatches(run)) : 0;
  const batchIds = [
    ...due.map((batch) => batch.batchId),
    ...Array.from({ length: fresh }, (_, index) => batchIdAt(run.next + index)),
  ];
  if (batchIds.length === 0) return { run, batchIds };

  const hold = sendLease(run, nowMs);
  const inFlight = { ...run.inFlight };
  for (const batchId of batchIds) inFlight[batchId] = hold;
  for (const { batchId, after } of due) {
    if (after !== undefined) inFlight[batchId] = { ...hold, after };
  }
  const next: Run = {
    ...run,
    status: "running",
    reason: null,
    waitingUntilMs: null,
    returned: run.returned.filter((batch) => !due.includes(batch)),
    next: run.next + fresh,
    inFlight,
    updatedAtMs: nowMs,
  };
  return {
    run: { ...next, inFlightPeak: Math.max(run.inFlightPeak, inFlightCount(next)) },
    batchIds,
  };
}

/**
 * Until when a batch is put back of which nothing has failed, for a window at most; null: none is. One
 * worker waits for it rather than begin the next, so that plan order holds when quota is short.
 */
function deferredUntilMs({ returned }: Run, nowMs: number): number | null {
  const waits = returned.flatMap(({ deferred, notBeforeMs }) =>
    deferred && notBeforeMs > nowMs && notBeforeMs <= nowMs + windowMs ? [notBeforeMs] : [],
  );
  return waits.length === 0 ? null : Math.min(...waits);
}

/** A rolling minute of quota, and what clocks may differ by. */
const windowMs = 65_000;

/** Batches in plan order that may be sent: each may come back, and the run item holds so many. */
function freshBatches(run: Run): number {
  const room = Math.max(mostPutBack - run.returned.length - inFlightCount(run), 0);
  return Math.min(run.admitted - run.next, room);
}

/** When the queue's first batch may be sent; null when that does not depend on time. */
function nextDueMs(run: Run, nowMs: number): number | null {
  if (freshBatches(run) > 0 || run.returned.length === 0) return null;
  const earliest = Math.min(...run.returned.map((batch) => batch.notBeforeMs));
  return earliest > nowMs ? earliest : null;
}

/** Nothing will be sent before a person raises the lever. */
function announceStop(run: Run, nowMs: number): Run {
  if (inFlightCount(run) > 0) return run;
  if (run.status === "waiting" && run.waitingUntilMs === null) return run;
  const reason = "the lever is at 0: nothing starts until it is raised";
  return { ...run, status: "waiting", waitingUntilMs: null, reason, updatedAtMs: nowMs };
}

function announceWait(
  run: Run,
  wait: { readonly untilMs: number | null; readonly reason: string | null },
  nowMs: number,
): Run {
  const idle = inFlightCount(run) === 0 && wait.untilMs !== null;
  if (!idle || run.waitingUntilMs === wait.untilMs) return run;
  const { untilMs, reason } = wait;
  return { ...run, status: "waiting", waitingUntilMs: untilMs, reason, updatedAtMs: nowMs };
}

/**
 * Batches that were put back for want of budget may be tried at once when more is granted. One
 * that waits for something else is put back again: its units know what they wait for.
 */
function applyBudget(run: Run, budget: number | undefined): Run {
  if (budget === undefined || budget === run.budget) return run;
  const raised = run.budget !== undefined && budget > run.budget;
  const { returned } = run;
  return {
    ...run,
    budget,
    returned: raised ? returned.map((batch) => ({ ...batch, notBeforeMs: 0 })) : returned,
  };
}
