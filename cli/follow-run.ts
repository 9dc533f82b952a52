import { setTimeout as delay } from "node:timers/promises";
import { failureText } from "../shared/ledger/close-run.ts";
import { releaseProperty } from "../shared/ledger/hold-property.ts";
import { isStarting } from "../shared/ledger/reconcile-runs.ts";
import { isEnded, type Run } from "../shared/ledger/run.ts";
import type { RunSummary } from "../shared/ledger/run-summary.ts";
import { tellEnd } from "../shared/ledger/tell-end.ts";
import { haltRun } from "../shared/ledger/transitions/halt-run.ts";
import { orphanRun } from "../shared/ledger/transitions/orphan-run.ts";
import { propertyScope } from "../shared/quota/scopes.ts";
import { CommandError } from "./command-error.ts";
import { describeExecution } from "./execution-status.ts";
import { onInterrupt } from "./interrupt.ts";
import { lookPatiently } from "./look-patiently.ts";
import type { OpenStage } from "./open-stage.ts";
import { readRunState } from "./run-snapshot.ts";
import type { Terminal } from "./terminal.ts";
import type { ProgressSnapshot } from "./views/progress-view.ts";

const lookMs = 400;
const lookSoonMs = 100;
const checkExecutionEvery = 8;
const historyMs = 20_000;

/**
 * Shows a run until it has ended. Ctrl-C halts it and waits for that; a second one leaves at once.
 */
export async function followRun(
  stage: OpenStage,
  started: { readonly runId: string; readonly execution: string },
  terminal: Terminal,
): Promise<RunSummary> {
  const { ledger } = stage;
  const { runId } = started;
  // On this machine a failure is no outage that passes.
  const patiently = <Seen>(look: () => Promise<Seen>) =>
    stage.deployed === null ? look() : lookPatiently(look, `run ${runId}`);
  let haltWanted = false;
  using _interrupt = onInterrupt(
    () => {
      terminal.notice("stopping: what is committed stays; press Ctrl-C again to leave at once");
      haltWanted = true;
    },
    () => void stage.close({ force: true }).then(leave, leave),
  );
  const history: { atMs: number; units: number; rows: number }[] = [];
  for (let look = 1; ; look += 1) {
    const state = await patiently(() => readRunState(ledger, runId));
    const nowMs = Date.now();
    if (state !== undefined) {
      const { run, summary } = state;
      if (isEnded(run.status)) {
        await patiently(() => releaseProperty(run, ledger));
        return summary;
      }
      // Also when the run had yet to be planned as the signal came.
      if (haltWanted && run.status !== "halting") {
        await patiently(() => halt(stage, runId));
      }
      history.push({
        atMs: nowMs,
        units: summary.units.complete + summary.units.failed,
        rows: summary.rows,
      });
      while ((history[0]?.atMs ?? nowMs) < nowMs - historyMs) history.shift();
      terminal.progress({
        run,
        summary,
        history: [...history],
        ...(await patiently(() => quotaNow(stage, run))),
      } satisfies ProgressSnapshot);
    }
    // An execution may have handed the run over to another.
    if (look % checkExecutionEvery === 0) {
      await patiently(() => checkExecution(stage, started, state?.run));
    }
    await delay(haltWanted ? lookSoonMs : lookMs);
  }
}

function leave(): never {
  process.exit(1);
}

/** What the property used, and is granted a minute now. */
async function quotaNow(
  stage: OpenStage,
  run: Run,
): Promise<Pick<ProgressSnapshot, "qpmNow" | "budget">> {
  const settings = await stage.ledger.readSettings();
  const property = propertyScope(run.siteUrl, settings, run.qpm ?? undefined);
  const [usage] = await stage.quota.usage([property]);
  return { qpmNow: usage?.used ?? 0, budget: usage?.budget ?? property.budget };
}

/** An execution that ended without a word leaves a run that nobody carries. */
export async function checkExecution(
  stage: Pick<OpenStage, "ledger" | "executions" | "stateMachineArn" | "eventBus">,
  started: { readonly runId: string; readonly execution: string },
  run: Run | undefined,
): Promise<void> {
  const carrier = run?.execution ?? started.execution;
  const execution = await describeExecution(stage, carrier);
  if (execution === undefined && run !== undefined) {
    if (isStarting(run, Date.now())) return;
    // It may still be trying to start the successor that it has named.
    const before = run.predecessor && (await describeExecution(stage, run.predecessor));
    if (before && before.status === "RUNNING") return;
  }
  const { status, error = "", cause = "" } = execution ?? { status: "never started" };
  if (status === "RUNNING" || status === "SUCCEEDED") return;
  const reason =
    error || cause ? failureText({ Error: error, Cause: cause }) : `its execution was ${status}`;
  const changed = await stage.ledger.changeRun(started.runId, (orphan) =>
    orphanRun(orphan, { execution: carrier, reason }),
  );
  if (changed === undefined) throw new CommandError(reason);
  await tellEnd(changed.run, { ledger: stage.ledger, eventBus: await stage.eventBus() });
}

/** The run as it is then; undefined when there is no such run. */
export async function halt(
  { ledger }: Pick<OpenStage, "ledger">,
  runId: string,
  reason = "stopped by the user",
): Promise<Run | undefined> {
  const input = { reason, endsAs: "halted" } as const;
  const changed = await ledger.changeRun(runId, (run) => haltRun(run, input, Date.now()));
  return changed?.run;
}
