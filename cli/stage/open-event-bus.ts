import { setTimeout as delay } from "node:timers/promises";
import { EventBridgeClient, type EventBridgeClientConfig } from "@aws-sdk/client-eventbridge";
import type { EventBus } from "../../shared/events/event-bus.ts";
import { eventBridgeEventBus } from "../../shared/events/eventbridge-event-bus.ts";

/** Opens a stage's event bus, to publish a run's end. */
export function openEventBus(client: EventBridgeClientConfig, busName: string): EventBus {
  return eventBridgeEventBus(new EventBridgeClient(client), {
    busName,
    sleep: delay,
    random: Math.random,
  });
}
