import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { eventBridgeEventBus } from "../shared/events/eventbridge-event-bus.ts";
import { systemClock } from "../shared/lib/system-clock.ts";
import { clientTimeouts } from "./client-timeouts.ts";
import { environment } from "./container.ts";

/** For the handlers that settle units and end runs. */
export const eventBus = eventBridgeEventBus(new EventBridgeClient(clientTimeouts), {
  busName: environment.eventBus,
  clock: systemClock,
});
