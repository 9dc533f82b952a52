import { EventBridgeClient, type EventBridgeClientConfig } from "@aws-sdk/client-eventbridge";
import type { EventBus } from "../../shared/events/event-bus.ts";
import { eventBridgeEventBus } from "../../shared/events/eventbridge-event-bus.ts";
import { systemClock } from "../../shared/lib/system-clock.ts";

/** Opens a stage's event bus, to publish a run's end. */
export function openEventBus(client: EventBridgeClientConfig, busName: string): EventBus {
  return eventBridgeEventBus(new EventBridgeClient(client), {
    busName,
    clock: systemClock,
  });
}
