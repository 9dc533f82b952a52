import type { Run } from "../../../shared/ledger/run.ts";
import { pacific } from "./pacific.ts";

/** A running run with ten batches, none sent yet. */
export function aRun(changes: Partial<Run> = {}): Run {
  return {
    runId: "run-1",
    siteUrl: "sc-domain:example.com",
    accountId: "default",
    from: pacific("2026-01-01"),
    to: pacific("2026-01-31"),
    reports: ["page_query"],
    force: false,
    keepAutoSync: false,
    haltOnFailure: false,
    qpm: null,
    concurrency: 3,
    batchSize: 50,
    maxQueueSize: 1_000,
    maxInFlight: 10,
    status: "running",
    reason: null,
    haltsAs: null,
    execution: "run-1",
    predecessor: null,
    plannedUnits: 31,
    skippedUnits: 0,
    batches: 10,
    admitted: 0,
    next: 0,
    returned: [],
    inFlight: {},
    queuePeak: 0,
    inFlightPeak: 0,
    waitingUntilMs: null,
    startedAtMs: 0,
    updatedAtMs: 0,
    endedAtMs: null,
    haltedAtMs: null,
    activeMs: 0,
    activeSinceMs: 0,
    ...changes,
  };
}
