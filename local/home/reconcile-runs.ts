import type { PublishPorts } from "../../shared/sync/end/publish-run-end.ts";
import { reconcileRuns } from "../../shared/sync/end/reconcile-runs.ts";

/**
 * A home's executions live and die with their owner: what a new owner finds unfinished has nobody
 * to carry it.
 */
export async function reconcileOwnedRuns(
  ports: PublishPorts,
  { ownedSinceMs, nowMs }: { readonly ownedSinceMs: number; readonly nowMs: number },
): Promise<void> {
  await reconcileRuns({
    ...ports,
    // A later sign of life comes from a command that has attached to this owner already; one from
    // the future was written before the clock stepped back.
    isWorkedOn: async (run) => run.updatedAtMs >= ownedSinceMs && run.updatedAtMs <= nowMs,
    reason: ({ runId }) =>
      `the process that worked on it ended; go on with: gsc-sync resume ${runId}`,
  });
}
