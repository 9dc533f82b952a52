import type { EventBus } from "../shared/events/event-bus.ts";
import { runEvent } from "../shared/events/run-event.ts";
import type { Clock } from "../shared/fetch/clock.ts";
import type { Ledger } from "../shared/ledger/ledger.ts";
import { isEnded, type Run } from "../shared/ledger/run.ts";
import { readRunState } from "./run-snapshot.ts";

const lookMs = 100;

/** The execution of a run that is halted while it waits sleeps on, for up to five minutes. */
const patienceMs = 2_000;

export type ToldEndPorts = {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly isExecutionRunning: (execution: string) => Promise<boolean>;
  readonly hasRunEvent: (run: Run) => Promise<boolean>;
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
    if (run === undefined || !isEnded(run.status)) return;
    const running = await ports.isExecutionRunning(run.execution);
    if (await ports.hasRunEvent(run)) return;
    if (!running || ports.clock.nowMs() >= giveUpAtMs) return tellEnd(runId, ports);
    await ports.clock.sleep(lookMs, stop);
  }
}

/**
 * Tells of the end of a run that has ended, if nobody has. The event is the same as the execution's own: whoever
 * gets both knows it by its `eventId`.
 * @throws EventBusError
 */
export async function tellEnd(
  runId: string,
  { ledger, eventBus, hasRunEvent }: Pick<ToldEndPorts, "ledger" | "eventBus" | "hasRunEvent">,
): Promise<void> {
  const state = await readRunState(ledger, runId);
  if (state === undefined || !isEnded(state.run.status)) return;
  if (await hasRunEvent(state.run)) return;
  const bus = await eventBus();
  await bus.publish([runEvent(state.run, state.summary)]);
}
