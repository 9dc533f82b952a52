import type { Run } from "./run.ts";

/** A take was ended by a store that is away: the outage began with the first such take in a row. */
export function outageGoesOn(run: Run, nowMs: number): Run {
  return { ...run, outageSinceMs: run.outageSinceMs ?? nowMs };
}

/** A take has worked. */
export function outageOver(run: Run): Run {
  return typeof run.outageSinceMs === "number" ? { ...run, outageSinceMs: null } : run;
}
