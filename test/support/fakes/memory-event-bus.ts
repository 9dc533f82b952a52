import type { EventBus } from "../../../shared/events/event-bus.ts";
import { type SyncEvent, SyncEventSchema } from "../../../shared/events/sync-event.ts";

export type MemoryEventBus = {
  publish: EventBus["publish"];
  /** All that was published, in order; each is held against the schema. */
  readonly events: readonly SyncEvent[];
};

export function memoryEventBus(): MemoryEventBus {
  const events: SyncEvent[] = [];
  return {
    events,
    async publish(published) {
      events.push(...published.map((event) => SyncEventSchema.parse(event)));
    },
  };
}
