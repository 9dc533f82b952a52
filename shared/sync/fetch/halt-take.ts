import { unchanged } from "../../ledger/decision.ts";
import { type HaltAnswer, haltRun } from "../../ledger/transitions/halt-run.ts";
import type { WorkPorts } from "./fetch-ports.ts";
import type { StopReason } from "./lease-watch.ts";
import type { RunHalt, TakeWork } from "./take.ts";

/**
 * Halts the run and stops the take at once, its units under way included. To be called before the
 * cause is written, so that no crash in between loses the halt. A take that has lost its lease
 * halts nothing: the one that has it now meets the same.
 */
export async function haltTake(
  halt: RunHalt,
  { take, stop }: TakeWork,
  { ledger, clock }: WorkPorts,
): Promise<StopReason> {
  const halted = await ledger.changeRun<HaltAnswer | "lost">(take.run.runId, (run) =>
    run.inFlight[take.batchId]?.token === take.token
      ? haltRun(run, halt, clock.nowMs())
      : unchanged("lost"),
  );
  const reason = (halted?.answer ?? "lost") === "lost" ? "lost" : "halting";
  stop.abort(reason satisfies StopReason);
  return reason;
}
