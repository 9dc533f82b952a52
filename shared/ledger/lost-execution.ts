import type { Clock } from "../fetch/clock.ts";
import { releaseProperty } from "./close-run.ts";
import type { Ledger } from "./ledger.ts";
import { isEnded, type Run } from "./run.ts";
import { type Decision, unchanged } from "./transitions/decision.ts";
import { haltRun } from "./transitions/halt-run.ts";
import { orphanRun } from "./transitions/orphan-run.ts";

// Executions that ended without FinishRun: stopped in the console, failed, timed out, or gone
// without a word. Nobody dispatches their run any more, so it is ended here and can be resumed.

export type HaltPorts = {
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** Called with a run that was ended here. */
  ended(run: Run): void;
};

/** Takes hear of a halt within a second; one that has not put its batch back by then is fenced out. */
const takesPatienceMs = 10_000;
const lookAgainMs = 250;

/**
 * Halts the run of an execution that is known to have ended. `superseded`: another execution
 * carries it; `ended`: it has ended already, as after every regular end.
 */
export async function haltExecution(
  input: { readonly runId: string; readonly executionName: string; readonly reason: string },
  { ledger, clock, ended }: HaltPorts,
): Promise<"halted" | "ended" | "superseded" | "unknown"> {
  const { runId, executionName, reason } = input;
  const halted = await ledger.changeRun(runId, (run) =>
    ofExecution(run, executionName, (its) =>
      haltRun(its, { reason, endsAs: "halted" }, clock.nowMs()),
    ),
  );
  if (halted === undefined) return "unknown";
  if (halted.answer === "superseded") return "superseded";
  if (halted.answer === "already-ended") return "ended";

  let run: Run | undefined = halted.run;
  for (const giveUpAtMs = clock.nowMs() + takesPatienceMs; run !== undefined; ) {
    if (isEnded(run.status) || clock.nowMs() >= giveUpAtMs) break;
    await clock.sleep(lookAgainMs);
    run = await ledger.readRun(runId);
  }
  const last = await orphan(runId, executionName, reason, ledger);
  const end = last ?? run;
  if (end === undefined) return "unknown";
  ended(end);
  await releaseProperty(end, ledger);
  return "halted";
}

/** A run is given this long before anybody asks whether its execution is there: it may be starting. */
const startingMs = 60_000;

/**
 * Halts the unfinished runs among the newest whose execution is not running: a halt that nobody
 * heard of, an execution that never started. Answers with those runs.
 */
export async function haltLostRuns(
  ports: HaltPorts & {
    /** Whether the execution of that name is running. */
    readonly isRunning: (executionName: string) => Promise<boolean>;
    readonly newestRuns: number;
  },
): Promise<readonly Run[]> {
  const { ledger, clock, isRunning, ended } = ports;
  const lost: Run[] = [];
  for (const run of await ledger.listRuns(ports.newestRuns)) {
    if (isEnded(run.status) || run.updatedAtMs > clock.nowMs() - startingMs) continue;
    if (await isRunning(run.execution)) continue;
    const reason = `its execution ${run.execution} is gone; go on with: gsc-sync resume ${run.runId}`;
    const end = await orphan(run.runId, run.execution, reason, ledger);
    if (end === undefined) continue;
    ended(end);
    await releaseProperty(end, ledger);
    lost.push(end);
  }
  return lost;
}

/** The run as halted at once; undefined when it had ended, or another execution carries it. */
async function orphan(runId: string, execution: string, reason: string, ledger: Ledger) {
  const orphaned = await ledger.changeRun(runId, (run) =>
    ofExecution(run, execution, (its) => orphanRun(its, reason)),
  );
  return orphaned?.answer === "halted" ? orphaned.run : undefined;
}

function ofExecution<Answer>(
  run: Run,
  executionName: string,
  decide: (run: Run) => Decision<Answer>,
): Decision<Answer | "superseded"> {
  return run.execution === executionName ? decide(run) : unchanged("superseded");
}
