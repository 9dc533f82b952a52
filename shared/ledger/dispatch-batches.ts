import type { Clock } from "../fetch/clock.ts";
import { lockProperty } from "../plan/plan-run.ts";
import type { DispatchResult } from "./dispatch-result.ts";
import type { Ledger } from "./ledger.ts";
import type { Run } from "./run.ts";
import { dispatchRun } from "./transitions/dispatch-run.ts";

export type DispatchPorts = {
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** Called once, with what the passes left behind and the leases that ran out in them. */
  observe(run: Run, expiredLeases: number): void;
};

/** While work is moving, the dispatcher looks again this often, for as long as this. */
const lookAgainMs = 150;
const patienceMs = 20_000;

/** A halt or a lever is obeyed within this time even by a run that waits until tomorrow. */
const longestWaitMs = 300_000;

/**
 * The dispatcher: rings what is due; else waits for the ledger to change while batches are in
 * flight, and tells the state machine how long to wait when only time can help.
 */
export async function dispatchBatches(
  input: { readonly runId: string; readonly executionName: string },
  ports: DispatchPorts,
): Promise<DispatchResult> {
  const { ledger, clock } = ports;
  const { runId, executionName: execution } = input;
  const giveUpAtMs = clock.nowMs() + patienceMs;
  const known = await ledger.readRun(runId);
  if (known?.execution === execution) await lockProperty(known, ledger, clock.nowMs());

  for (let expired = 0; ; ) {
    const { lever, inFlight, queueSize } = await ledger.readSettings();
    const nowMs = clock.nowMs();
    const changed = await ledger.changeRun(runId, (run) =>
      dispatchRun(run, { lever, inFlight, queueSize, execution }, nowMs),
    );
    if (changed === undefined) return finish(runId);
    const { run, answer } = changed;
    if (answer.kind === "finish" || answer.kind === "superseded") return finish(runId);
    expired += answer.expired;
    if (answer.kind === "ring") {
      ports.observe(run, expired);
      const messages = answer.batchIds.map((batchId) => ({ runId, batchId }));
      return { runId, next: "continue", messages, waitSeconds: 0 };
    }
    const waitMs = answer.untilMs === null ? 0 : answer.untilMs - nowMs;
    const idle = run.status === "waiting";
    if (idle && nowMs + waitMs > giveUpAtMs) {
      ports.observe(run, expired);
      const waitSeconds = Math.ceil(Math.min(waitMs, longestWaitMs) / 1_000);
      return { runId, next: "continue", messages: [], waitSeconds };
    }
    if (nowMs >= giveUpAtMs) {
      ports.observe(run, expired);
      return { runId, next: "continue", messages: [], waitSeconds: 0 };
    }
    await clock.sleep(lookAgainMs);
  }
}

function finish(runId: string): DispatchResult {
  return { runId, next: "finish", messages: [], waitSeconds: 0 };
}
