import { type Hold, leaseMs, type Run } from "./run.ts";

/**
 * The hold of a batch that is sent: how long the send waits for a worker. When more runs share a
 * stage's workers than these answer in a lease's time, a repeated send only adds a message to the
 * queue. So sends that follow unanswered ones wait twice as long, and each answer shortens the wait
 * again: the queue holds few repeats, however many runs there are.
 */
export function sendLease({ ringMs = leaseMs }: Run, nowMs: number): Hold {
  const hold = { token: 0, untilMs: nowMs + ringMs };
  return ringMs === leaseMs ? hold : { ...hold, ringMs };
}

/** A lost message must not stop a batch for longer. */
export const maxSendLeaseMs = 300_000;

const onAnswer = 0.8;

/** Sends that were lost together and are found one after the other lengthen the wait once. */
export function afterUnanswered(run: Run, batchIds: readonly string[]): Run {
  const waits = batchIds.flatMap((batchId) => {
    const hold = run.inFlight[batchId];
    return hold?.token === 0 ? [hold.ringMs ?? leaseMs] : [];
  });
  const next = Math.min(2 * Math.max(0, ...waits), maxSendLeaseMs);
  return next <= (run.ringMs ?? leaseMs) ? run : { ...run, ringMs: next };
}

export function afterAnswer(run: Run): Run {
  if (run.ringMs === undefined || run.ringMs === leaseMs) return run;
  return { ...run, ringMs: Math.max(Math.round(onAnswer * run.ringMs), leaseMs) };
}
