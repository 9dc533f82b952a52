import { defaultInFlight, defaultQueueSize, type Settings } from "../../shared/ledger/settings.ts";
import { type Lines, linesOf } from "../../shared/telemetry/thresholds.ts";

/** The lines of a stage as its settings are now. */
export function linesWith({ queueSize, inFlight }: Settings): Lines {
  return linesOf({
    maxQueueSize: queueSize ?? defaultQueueSize,
    maxInFlight: inFlight ?? defaultInFlight,
  });
}
