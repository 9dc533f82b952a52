import { z } from "zod";
import type { BatchUnit } from "./batch.ts";
import type { Ledger } from "./ledger.ts";
import { releaseLock } from "./property-lock.ts";
import type { Run, RunStatus } from "./run.ts";
import { finishRun } from "./transitions/finish-run.ts";

export type CloseInput = {
  readonly runId?: string | undefined;
  readonly executionName: string;
  /** What Step Functions caught: `Cause` of a Lambda error is JSON with an errorMessage. */
  readonly error?: { readonly Error: string; readonly Cause: string } | undefined;
};

export type ClosedRun = {
  readonly runId: string;
  readonly status: RunStatus | "superseded";
  readonly reason: string;
};

export type ClosePorts = {
  readonly ledger: Ledger;
  readonly nowMs: () => number;
  /** Called with a run that has ended in this execution. */
  ended(run: Run, failedUnits: number): void;
};

/** The end of an execution: settles the run's status, and lets its property go. */
export async function closeRun(input: CloseInput, ports: ClosePorts): Promise<ClosedRun> {
  const { ledger, nowMs } = ports;
  const runId = input.runId ?? input.executionName;
  const failure = input.error === undefined ? null : failureText(input.error);
  const failed = await readFailedUnits(runId, ledger);
  const failedUnits = failed.length;
  const [example] = failed;
  const changed = await ledger.changeRun(runId, (run) =>
    finishRun(run, { execution: input.executionName, failedUnits, example, failure }, nowMs()),
  );
  if (changed === undefined) {
    return { runId, status: "failed", reason: failure ?? "there is no such run" };
  }
  const { run, answer } = changed;
  if (answer === "superseded") {
    return { runId, status: "superseded", reason: `execution ${run.execution} carries the run` };
  }
  ports.ended(run, failedUnits);
  await releaseProperty(run, ledger);
  return { runId, status: run.status, reason: run.reason ?? run.status };
}

/** Lets other runs have the run's property. */
export async function releaseProperty(run: Run, ledger: Ledger): Promise<void> {
  await ledger.changeLock(run.siteUrl, (lock) => ({
    kind: "changed",
    lock: releaseLock(lock, run.runId),
  }));
}

async function readFailedUnits(runId: string, ledger: Ledger): Promise<readonly BatchUnit[]> {
  const batches = await ledger.readBatches(runId);
  return batches.flatMap((batch) => batch.units).filter((unit) => unit.status === "failed");
}

const LambdaCauseSchema = z.object({ errorMessage: z.string() });

function failureText(error: { readonly Error: string; readonly Cause: string }): string {
  try {
    return LambdaCauseSchema.parse(JSON.parse(error.Cause)).errorMessage;
  } catch {
    return `${error.Error}: ${error.Cause}`;
  }
}
