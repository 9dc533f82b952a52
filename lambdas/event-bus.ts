import { setTimeout } from "node:timers/promises";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { eventBridgeEventBus } from "../shared/events/eventbridge-event-bus.ts";
import { clientTimeouts } from "./client-timeouts.ts";
import { environment } from "./container.ts";

/** For the handlers that settle units and end runs. */
export const eventBus = eventBridgeEventBus(new EventBridgeClient(clientTimeouts), {
  busName: environment.eventBus,
  sleep: setTimeout,
  random: Math.random,
});
