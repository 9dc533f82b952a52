import * as z from "zod";
import type { EventBus } from "../../events/event-bus.ts";
import type { Ledger } from "../../ledger/ledger.ts";
import { releaseProperty } from "../../ledger/property-lock.ts";
import { isEnded, type Run, type RunStatus } from "../../ledger/run.ts";
import { readRunBatches } from "../../ledger/run-batches.ts";
import { finishRun } from "../../ledger/transitions/finish-run.ts";
import { publishRunEnd } from "./publish-run-end.ts";

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
  readonly eventBus: EventBus;
  readonly nowMs: () => number;
  /** Called with a run that has ended in this execution, once its end is published. */
  ended(run: Run, failedUnits: number): void;
};

/**
 * The end of an execution: settles the run's status, releases its property, and publishes the
 * run's end. It is safe to repeat: when the bus is away the caller tries again.
 * @throws EventBusError
 */
export async function closeRun(input: CloseInput, ports: ClosePorts): Promise<ClosedRun> {
  const { ledger, nowMs } = ports;
  const runId = input.runId ?? input.executionName;
  const failure = input.error === undefined ? null : failureText(input.error);
  const known = await ledger.readRun(runId);
  const batches = known === undefined ? [] : await readRunBatches(ledger, known);
  const units = batches.flatMap((batch) => batch.units);
  const failed = units.filter((unit) => unit.status === "failed");
  const failedUnits = failed.length;
  const doneUnits = units.filter((unit) => unit.status === "done").length;
  const [example] = failed;
  const changed = await ledger.changeRun(runId, (run) =>
    finishRun(
      run,
      { execution: input.executionName, doneUnits, failedUnits, example, failure },
      nowMs(),
    ),
  );
  if (changed === undefined) {
    return { runId, status: "failed", reason: failure ?? "there is no such run" };
  }
  const { run, answer } = changed;
  if (answer === "superseded") {
    // Its dispatcher may have come late and locked the property once more.
    if (isEnded(run.status)) await releaseProperty(run, ledger);
    return { runId, status: "superseded", reason: `execution ${run.execution} works on the run` };
  }
  await releaseProperty(run, ledger);
  await publishRunEnd(run, ports);
  ports.ended(run, failedUnits);
  return { runId, status: run.status, reason: run.reason ?? run.status };
}

const LambdaCauseSchema = z.object({ errorMessage: z.string() });

/** What a failed task said, for a person: a Lambda's cause is JSON with a stack. */
export function failureText(error: { readonly Error: string; readonly Cause: string }): string {
  try {
    return LambdaCauseSchema.parse(JSON.parse(error.Cause)).errorMessage;
  } catch {
    return `${error.Error}: ${error.Cause}`;
  }
}
