import { setTimeout as delay } from "node:timers/promises";
import { EventBridgeClient, type EventBridgeClientConfig } from "@aws-sdk/client-eventbridge";
import type { EventBus } from "../../shared/events/event-bus.ts";
import { eventBridgeEventBus } from "../../shared/events/eventbridge-event-bus.ts";

/** A stage's event bus, to tell of a run. */
export function openEventBus(client: EventBridgeClientConfig, busName: string): EventBus {
  return eventBridgeEventBus(new EventBridgeClient(client), {
    busName,
    sleep: delay,
    random: Math.random,
  });
}
