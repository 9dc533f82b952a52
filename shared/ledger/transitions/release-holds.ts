import { queueSize, type Run } from "../run.ts";

/** Puts batches in flight back at the queue's head, due at once; the same run if there are none. */
export function releaseHolds(run: Run, batchIds: readonly string[]): Run {
  if (batchIds.length === 0) return run;
  const kept = Object.entries(run.inFlight).filter(([batchId]) => !batchIds.includes(batchId));
  const back = [...batchIds].sort().map((batchId) => ({ batchId, notBeforeMs: 0 }));
  const next = { ...run, inFlight: Object.fromEntries(kept), returned: [...back, ...run.returned] };
  return { ...next, queuePeak: Math.max(run.queuePeak, queueSize(next)) };
}
