import type { BatchMessage } from "../../ledger/batch-message.ts";
import type { Ledger } from "../../ledger/ledger.ts";
import { lockProperty, releaseProperty } from "../../ledger/property-lock.ts";
import { isEnded, type Run } from "../../ledger/run.ts";
import type { Settings } from "../../ledger/settings.ts";
import { dispatchRun } from "../../ledger/transitions/dispatch-run.ts";
import { handOverRun } from "../../ledger/transitions/hand-over-run.ts";
import type { Clock } from "../../lib/clock.ts";
import type { QuotaOutlook } from "../../quota/quota-outlook.ts";
import { shortened } from "../../request/run-limits.ts";
import { eventsOfPass, handOverAtEvents } from "../execution-events.ts";
import { isOutage } from "../store-outage.ts";

export type DispatchPorts = {
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** How the quota of the run stands, with the settings as they are. May throw an outage. */
  outlook(run: Run, settings: Settings): Promise<QuotaOutlook>;
  /** Called once at most, with what the passes left behind and the leases that ran out in them. */
  observe(run: Run, expiredLeases: number): void;
};

/**
 * What the dispatcher returns to the state machine: send these, wait, come back; or finish; or start
 * the successor and end.
 */
export type DispatchResult = {
  readonly runId: string;
  readonly messages: readonly BatchMessage[];
  /** Seconds until the next dispatch; 0 comes back at once. */
  readonly waitSeconds: number;
  /** Events of the execution's history so far. */
  readonly events: number;
} & (
  | { readonly next: "continue" | "finish" }
  | {
      readonly next: "hand-over";
      /** Name of the execution that works on the run from here on. */
      readonly successor: string;
    }
);

/** While batches are in flight, the dispatcher polls the ledger this often and for this long. */
const pollMs = 150;
const timeoutMs = 20_000;

/** The quota is read this often. */
const quotaPollMs = 1_000;

/** No batch is sent for this long after the quota table did not answer: nothing would be granted. */
const quotaAwayMs = 5_000;

/**
 * A wait for budget is a window long at most. Raised settings end it, so the dispatcher polls. A
 * longer wait is a closure's, and nothing ends it.
 */
const longestBudgetWaitMs = 65_000;

/** Even a run that waits until tomorrow obeys a halt or a lever within this time. */
const longestWaitMs = 300_000;

/**
 * The dispatcher. It sends the batches that are due. When none is due it polls the ledger while
 * batches are in flight, or returns how long the state machine is to wait. An execution whose history
 * fills up hands the run over.
 */
export async function dispatchBatches(
  input: {
    readonly runId: string;
    readonly executionName: string;
    /** Events of the execution's history before this pass. */
    readonly events: number;
  },
  ports: DispatchPorts,
): Promise<DispatchResult> {
  const { ledger, clock } = ports;
  const { runId, executionName: execution } = input;
  const events = input.events + eventsOfPass(0);
  const finish: DispatchResult = { runId, next: "finish", messages: [], waitSeconds: 0, events };
  const again = (waitSeconds: number): DispatchResult => {
    return { runId, next: "continue", messages: [], waitSeconds, events };
  };
  if (input.events >= handOverAtEvents) {
    const successor = `${runId}-${clock.nowMs().toString(36)}`;
    const handed = await ledger.changeRun(runId, (run) =>
      handOverRun(run, { execution, successor }, clock.nowMs()),
    );
    if (handed?.answer.kind !== "handed-over") return finish;
    return { ...finish, next: "hand-over", successor: handed.answer.successor };
  }
  const giveUpAtMs = clock.nowMs() + timeoutMs;
  const known = await ledger.readRun(runId);
  if (known?.execution === execution) await lockProperty(known, ledger, clock.nowMs());

  let quota: QuotaOutlook | undefined;
  let outlookAtMs = Number.NEGATIVE_INFINITY;

  for (let expired = 0; ; ) {
    const settings = await ledger.readSettings();
    if (known !== undefined && clock.nowMs() >= outlookAtMs + quotaPollMs) {
      quota = await readOutlook(known, settings, ports);
      outlookAtMs = clock.nowMs();
    }
    const nowMs = clock.nowMs();
    const { lever, inFlight, queueSize } = settings;
    const changed = await ledger.changeRun(runId, (run) =>
      dispatchRun(run, { lever, inFlight, queueSize, quota, execution }, nowMs),
    );
    if (changed === undefined) return finish;
    const { run, answer } = changed;
    if (answer.kind !== "superseded") expired += answer.expired;
    if (answer.kind === "finish" || answer.kind === "superseded") {
      if (expired > 0) ports.observe(run, expired);
      // A dispatcher that stood still may have locked the property of a run that had ended.
      if (isEnded(run.status)) await releaseProperty(run, ledger);
      return finish;
    }
    if (answer.kind === "send") {
      ports.observe(run, expired);
      const messages = answer.batchIds.map((batchId) => ({ runId, batchId }));
      return { ...again(0), messages, events: input.events + eventsOfPass(messages.length) };
    }
    const waitMs = answer.untilMs === null ? 0 : answer.untilMs - nowMs;
    const idle = run.status === "waiting";
    if (idle && waitMs > longestBudgetWaitMs) {
      ports.observe(run, expired);
      return again(Math.ceil(Math.min(waitMs, longestWaitMs) / 1_000));
    }
    if (nowMs >= giveUpAtMs) {
      ports.observe(run, expired);
      return again(0);
    }
    await clock.sleep(idle ? Math.min(Math.max(waitMs, pollMs), quotaPollMs) : pollMs);
  }
}

/** A quota table that is away must not end the run: the run's scopes count as closed for a while. */
async function readOutlook(
  run: Run,
  settings: Settings,
  { outlook, clock }: DispatchPorts,
): Promise<QuotaOutlook> {
  try {
    return await outlook(run, settings);
  } catch (error) {
    if (!isOutage(error)) throw error;
    const reason = shortened(`the quota table does not answer: ${error.message}`);
    return { closure: { untilMs: clock.nowMs() + quotaAwayMs, reason } };
  }
}
