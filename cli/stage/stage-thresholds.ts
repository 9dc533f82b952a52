import { defaultInFlight, defaultQueueSize, type Settings } from "../../shared/ledger/settings.ts";
import { type Lines, linesOf } from "../../shared/telemetry/thresholds.ts";

/** A stage's thresholds under its present settings. */
export function linesWith({ queueSize, inFlight }: Settings): Lines {
  return linesOf({
    maxQueueSize: queueSize ?? defaultQueueSize,
    maxInFlight: inFlight ?? defaultInFlight,
  });
}
