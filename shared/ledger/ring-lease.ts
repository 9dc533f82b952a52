import { leaseMs, type Run } from "./run.ts";

/**
 * How long a ring is waited for. Where more runs share a stage's workers than these can answer in a
 * lease's time, a ring that is repeated is only one more message in the queue: each pass that finds
 * rings unanswered waits twice as long for the next ones, each answer brings the wait down again: so
 * the queue holds few repeats, however many runs there are.
 */
export function ringMsOf(run: Run): number {
  return run.ringMs ?? leaseMs;
}

/** A lost message must not stop a batch for longer. */
export const mostRingMs = 300_000;

const onAnswer = 0.8;

export function afterUnanswered(run: Run): Run {
  return { ...run, ringMs: Math.min(2 * ringMsOf(run), mostRingMs) };
}

export function afterAnswer(run: Run): Run {
  if (run.ringMs === undefined || run.ringMs === leaseMs) return run;
  return { ...run, ringMs: Math.max(Math.round(onAnswer * run.ringMs), leaseMs) };
}
