import type { EventBus } from "../../shared/events/event-bus.ts";
import type { Ledger } from "../../shared/ledger/ledger.ts";
import { isEnded, isEndPublished } from "../../shared/ledger/run.ts";
import type { Clock } from "../../shared/lib/clock.ts";
import { poll } from "../../shared/lib/poll.ts";
import { publishRunEnd } from "../../shared/sync/end/publish-run-end.ts";

const pollMs = 100;

/**
 * How long to wait for the execution: that of a run which is halted while it waits may sleep up to
 * five minutes.
 */
const timeoutMs = 2_000;

export type EnsureEndPorts = {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly isExecutionRunning: (execution: string) => Promise<boolean>;
  readonly eventBus: () => Promise<EventBus>;
};

/**
 * Resolves when the run's end is published, or the run has been resumed. The execution publishes
 * it, unless it is gone or sleeps: its owner was killed, or another execution took over the run.
 * Then this command publishes it. @throws EventBusError
 */
export async function ensureEndPublished(
  runId: string,
  stop: AbortSignal,
  ports: EnsureEndPorts,
): Promise<void> {
  const { ledger, clock, isExecutionRunning, eventBus } = ports;
  async function readUnpublished() {
    const run = await ledger.readRun(runId);
    if (run === undefined || !isEnded(run.status) || isEndPublished(run)) return undefined;
    return { run, isRunning: await isExecutionRunning(run.execution) };
  }
  const timing = { pollMs, timeoutMs, signal: stop };
  const found = await poll(clock, timing, readUnpublished, (left) => !left?.isRunning);
  if (found === undefined || stop.aborted) return;
  await publishRunEnd(found.run, { ledger, eventBus: await eventBus() });
}
