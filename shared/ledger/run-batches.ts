import type { Batch } from "./batch.ts";
import type { Ledger } from "./ledger.ts";
import { batchIdAt, type Run } from "./run.ts";

/**
 * The batches of a run's plan. Beside them there may be items of an earlier plan, which had more
 * batches and never started: nobody works them, and they count for nothing.
 */
export async function readRunBatches(
  ledger: Pick<Ledger, "readBatches">,
  run: Run,
): Promise<readonly Batch[]> {
  const beyond = batchIdAt(run.batches);
  return (await ledger.readBatches(run.runId)).filter(({ batchId }) => batchId < beyond);
}
