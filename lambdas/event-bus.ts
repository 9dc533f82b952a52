import { setTimeout } from "node:timers/promises";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { eventBridgeEventBus } from "../shared/events/eventbridge-event-bus.ts";
import { clientPatience } from "./client-patience.ts";
import { environment } from "./container.ts";

/** For the handlers that settle units and end runs. */
export const eventBus = eventBridgeEventBus(new EventBridgeClient(clientPatience), {
  busName: environment.eventBus,
  sleep: setTimeout,
  random: Math.random,
});
