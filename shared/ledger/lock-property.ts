import type { Ledger } from "./ledger.ts";
import { acquireLock, lockMs, releaseLock } from "./property-lock.ts";
import type { Run } from "./run.ts";

/** Another run has the property. */
export class PropertyBusyError extends Error {
  readonly code = "PROPERTY_BUSY";

  constructor(siteUrl: string, runId: string) {
    super(`${siteUrl} is being synced by run ${runId}: halt it, or wait for its end`);
    this.name = "PropertyBusyError";
  }
}

/** Takes or renews the property's lock for a run. @throws PropertyBusyError */
export async function lockProperty(run: Run, ledger: Ledger, nowMs: number): Promise<void> {
  const decision = await ledger.changeLock(run.siteUrl, (lock) =>
    acquireLock(lock, run, nowMs + lockMs, nowMs),
  );
  if (decision.kind === "held") throw new PropertyBusyError(run.siteUrl, decision.by);
}

/** Lets other runs have the run's property. */
export async function releaseProperty(run: Run, ledger: Ledger): Promise<void> {
  await ledger.changeLock(run.siteUrl, (lock) => ({
    kind: "changed",
    lock: releaseLock(lock, run.runId),
  }));
}
