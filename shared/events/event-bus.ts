import type { SyncEvent } from "./sync-event.ts";

/**
 * Where a run publishes what has come of it: a unit is settled, the run has ended. Each event
 * comes at least once, before the ledger holds the work as done: a take that finds work which is done
 * and not in the ledger publishes it again.
 */
export type EventBus = {
  /** Resolves once every event is accepted. @throws EventBusError */
  publish(events: readonly SyncEvent[]): Promise<void>;
};

/**
 * | code        | means                                         | fate                             |
 * |-------------|-----------------------------------------------|----------------------------------|
 * | unavailable | the bus is away, or did not take all of them  | an outage: the batch comes back  |
 */
export class EventBusError extends Error {
  readonly code = "unavailable";

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "EventBusError";
  }
}
