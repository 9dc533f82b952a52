import type { Batch } from "../../shared/ledger/batch.ts";
import type { Ledger } from "../../shared/ledger/ledger.ts";
import type { Run } from "../../shared/ledger/run.ts";
import { readRunBatches } from "../../shared/ledger/run-batches.ts";
import { type RunSummary, summariseRun } from "../../shared/ledger/run-summary.ts";
import { UsageError } from "../output/errors.ts";

export type RunState = {
  readonly run: Run;
  readonly batches: readonly Batch[];
  readonly summary: RunSummary;
};

/** A run with its figures as they stand now; undefined when there is no such run. */
export async function readRunState(ledger: Ledger, runId: string): Promise<RunState | undefined> {
  const run = await ledger.readRun(runId);
  return run === undefined ? undefined : runState(ledger, run);
}

export async function runState(ledger: Ledger, run: Run): Promise<RunState> {
  const batches = await readRunBatches(ledger, run);
  return { run, batches, summary: summariseRun(run, batches, Date.now()) };
}

/** @throws UsageError when there is no such run */
export async function requireRunState(ledger: Ledger, runId: string): Promise<RunState> {
  const state = await readRunState(ledger, runId);
  if (state !== undefined) return state;
  throw new UsageError(`there is no run ${runId}: "gsc-sync status" lists them`);
}
