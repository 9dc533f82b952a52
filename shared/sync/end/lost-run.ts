import { unchanged } from "../../ledger/decision.ts";
import type { Ledger } from "../../ledger/ledger.ts";
import { releaseProperty } from "../../ledger/property-lock.ts";
import { isEnded, type Run } from "../../ledger/run.ts";
import { type HaltAnswer, haltRun } from "../../ledger/transitions/halt-run.ts";
import { type OrphanAnswer, orphanRun } from "../../ledger/transitions/orphan-run.ts";
import type { Clock } from "../../lib/clock.ts";
import { poll } from "../../lib/poll.ts";
import { type PublishPorts, publishRunEnd } from "./publish-run-end.ts";

// Executions that ended without FinishRun: stopped in the console, failed, timed out, or gone. No
// execution dispatches their run any more, so it is halted here and can be resumed. An execution that
// handed its run over loses nothing: the run names its successor by then.

export type LostRun = {
  readonly runId: string;
  /** The execution that is gone: a run that names another by now is left to that one. */
  readonly execution: string;
  /** What the run is halted for, for a person. */
  readonly reason: string;
};

export type LostRunPorts = {
  readonly ledger: Ledger;
  /** Called with a run that was ended here. */
  ended?(run: Run): void;
};

/**
 * `superseded`: another execution works on it; `already-ended`: as after every regular end;
 * `unknown`: there is no such run.
 */
export type LostRunAnswer = OrphanAnswer | "unknown";

/** Halts a lost run at once, and releases its property. */
export async function haltLostRun(
  lost: LostRun,
  { ledger, ended }: LostRunPorts,
): Promise<LostRunAnswer> {
  const orphaned = await ledger.changeRun(lost.runId, (run) => orphanRun(run, lost));
  if (orphaned?.answer !== "halted") return orphaned?.answer ?? "unknown";
  ended?.(orphaned.run);
  await releaseProperty(orphaned.run, ledger);
  return "halted";
}

/** Takes learn of a halt within a second. One that has not put its batch back by then is fenced out. */
const takesTiming = { pollMs: 250, timeoutMs: 10_000 };

/**
 * The same for an execution that has ended just now. Its takes may still live and get the time to put
 * their batches back. Then the run's end is published, unless it is already.
 * @throws EventBusError
 */
export async function haltJustLostRun(
  lost: LostRun,
  ports: LostRunPorts & PublishPorts & { readonly clock: Clock },
): Promise<LostRunAnswer> {
  const outcome = await haltWithItsTakes(lost, ports);
  const run = await ports.ledger.readRun(lost.runId);
  if (run?.execution !== lost.execution || !isEnded(run.status)) return outcome;
  // A caller that died after it had halted the run has not done this.
  await releaseProperty(run, ports.ledger);
  await publishRunEnd(run, ports);
  return outcome;
}

async function haltWithItsTakes(
  lost: LostRun,
  ports: LostRunPorts & { readonly clock: Clock },
): Promise<LostRunAnswer> {
  const { ledger, clock, ended } = ports;
  const { runId, execution, reason } = lost;
  const input = { reason, endsAs: "halted" } as const;
  const halting = await ledger.changeRun<HaltAnswer | "superseded">(runId, (run) =>
    run.execution === execution ? haltRun(run, input, clock.nowMs()) : unchanged("superseded"),
  );
  if (halting?.answer !== "halting") return halting?.answer ?? "unknown";

  const run = await poll(
    clock,
    takesTiming,
    () => ledger.readRun(runId),
    (read) => read === undefined || isEnded(read.status),
  );
  const outcome = await haltLostRun(lost, ports);
  // The last take that put its batch back has ended it.
  if (outcome !== "already-ended" || run === undefined) return outcome;
  ended?.(run);
  await releaseProperty(run, ledger);
  return "halted";
}
