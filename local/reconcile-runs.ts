import { releaseProperty } from "../shared/ledger/hold-property.ts";
import type { Ledger } from "../shared/ledger/ledger.ts";
import { isEnded } from "../shared/ledger/run.ts";
import { orphanRun } from "../shared/ledger/transitions/orphan-run.ts";

/**
 * A home's executions live and die with their owner: what a new owner finds unfinished has nobody
 * to carry it. It is halted, so that it can be resumed, and its property let go.
 */
export async function reconcileRuns(
  ledger: Ledger,
  { ownedSinceMs, nowMs }: { readonly ownedSinceMs: number; readonly nowMs: number },
): Promise<void> {
  for (const run of await ledger.listRuns(100)) {
    // A later sign of life comes from a command that has attached to this owner already; one from
    // the future was written before the clock stepped back.
    const mayBeOurs = run.updatedAtMs >= ownedSinceMs && run.updatedAtMs <= nowMs;
    if (isEnded(run.status) || mayBeOurs) continue;
    const reason = `the process that carried it ended; go on with: gsc-sync resume ${run.runId}`;
    await ledger.changeRun(run.runId, (orphan) => orphanRun(orphan, reason));
    await releaseProperty(run, ledger);
  }
}
