import { queueSize, type ReturnedBatch, type Run } from "../run.ts";

/** Puts batches in flight back at the queue's head, due at once; the same run if there are none. */
export function releaseHolds(run: Run, batchIds: readonly string[]): Run {
  if (batchIds.length === 0) return run;
  const kept = Object.entries(run.inFlight).filter(([batchId]) => !batchIds.includes(batchId));
  const back = [...batchIds].sort().map((batchId): ReturnedBatch => {
    const { token = 0, after = 0 } = run.inFlight[batchId] ?? {};
    const newest = Math.max(token, after);
    return { batchId, notBeforeMs: 0, ...(newest === 0 ? {} : { after: newest }) };
  });
  const next = { ...run, inFlight: Object.fromEntries(kept), returned: [...back, ...run.returned] };
  return { ...next, queuePeak: Math.max(run.queuePeak, queueSize(next)) };
}
