import type { Ledger } from "../../ledger/ledger.ts";
import type { Run } from "../../ledger/run.ts";
import { haltRun as haltTransition } from "../../ledger/transitions/halt-run.ts";

/** No new request of the run starts. The run as it is then; undefined when there is no such run. */
export async function haltRun(
  ledger: Ledger,
  runId: string,
  nowMs: number,
  reason = "stopped by the user",
): Promise<Run | undefined> {
  const input = { reason, endsAs: "halted" } as const;
  const changed = await ledger.changeRun(runId, (run) => haltTransition(run, input, nowMs));
  return changed?.run;
}
