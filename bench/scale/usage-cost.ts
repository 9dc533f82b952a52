import { prices } from "../overhead/run-cost.ts";
import type { Usage } from "./scale-usage.ts";

/** A message is sent, received and deleted. */
const queueOperationsAMessage = 3;

/** $ of what was counted, without what the rows themselves cost. */
export function usageCost(
  usage: Pick<
    Usage,
    | "writeUnits"
    | "readUnits"
    | "messages"
    | "transitions"
    | "events"
    | "invocations"
    | "gigabyteSeconds"
  >,
): number {
  return (
    usage.writeUnits * prices.write +
    usage.readUnits * prices.read +
    usage.messages * queueOperationsAMessage * prices.queue +
    usage.transitions * prices.transition +
    usage.events * prices.event +
    usage.invocations * prices.invocation +
    usage.gigabyteSeconds * prices.gigabyteSecond
  );
}
