import { inFlightCount, type Run } from "../../shared/ledger/run.ts";
import type { Effect } from "./scenario.ts";

/** What runs at an instant: by the ledger, and at the server. */
export type Load = {
  readonly atMs: number;
  readonly run: Run;
  /** Requests so far, and those that are not answered yet. */
  readonly requests: number;
  readonly underWay: number;
};

/** The requests that must arrive while the load stays low: they show that the run goes on. */
export const enoughRequests = 5;

/**
 * Returns a function that is called with each reading of the load. It returns the instant from
 * which the load has stayed as low as the effect asks; undefined until enough requests have arrived
 * since.
 */
export function effectWatch(effect: Effect, requestsBefore: number) {
  let reached: { readonly atMs: number; readonly requests: number } | undefined;
  return (load: Load): number | undefined => {
    if (!isLow(load, effect)) reached = undefined;
    else if (!effect.withFirstRequest || load.requests > requestsBefore) reached ??= load;
    if (reached === undefined || load.requests < reached.requests + enoughRequests)
      return undefined;
    return reached.atMs;
  };
}

function isLow({ run, underWay }: Load, effect: Effect): boolean {
  const taken = Object.values(run.inFlight).filter(({ token }) => token > 0).length;
  return (
    taken <= effect.taken && inFlightCount(run) <= effect.inFlight && underWay <= effect.underWay
  );
}
