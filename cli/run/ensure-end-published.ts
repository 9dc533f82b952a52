import type { EventBus } from "../../shared/events/event-bus.ts";
import type { Ledger } from "../../shared/ledger/ledger.ts";
import { isEnded, isEndPublished } from "../../shared/ledger/run.ts";
import type { Clock } from "../../shared/lib/clock.ts";
import { publishRunEnd } from "../../shared/sync/end/publish-run-end.ts";

const lookMs = 100;

/** The execution of a run that is halted while it waits sleeps on, for up to five minutes. */
const patienceMs = 2_000;

export type ToldEndPorts = {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly isExecutionRunning: (execution: string) => Promise<boolean>;
  readonly eventBus: () => Promise<EventBus>;
};

/**
 * Resolves when the run's end is told, or is none any more. The execution tells of it, unless it is
 * gone, or sleeps: its owner was killed, or the run was taken from it. Then this command does.
 * @throws EventBusError
 */
export async function untilEndIsTold(
  runId: string,
  stop: AbortSignal,
  ports: ToldEndPorts,
): Promise<void> {
  const giveUpAtMs = ports.clock.nowMs() + patienceMs;
  while (!stop.aborted) {
    const run = await ports.ledger.readRun(runId);
    if (run === undefined || !isEnded(run.status) || isEndPublished(run)) return;
    const running = await ports.isExecutionRunning(run.execution);
    if (!running || ports.clock.nowMs() >= giveUpAtMs) {
      return publishRunEnd(run, { ledger: ports.ledger, eventBus: await ports.eventBus() });
    }
    await ports.clock.sleep(lookMs, stop);
  }
}
