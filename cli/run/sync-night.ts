import { isEnded } from "../../shared/ledger/run.ts";
import { systemClock } from "../../shared/lib/system-clock.ts";
import type { Executions } from "../../shared/sync/end/executions.ts";
import { executionArn } from "../../shared/sync/end/sfn-describe-execution.ts";
import { CommandError } from "../output/errors.ts";
import { onInterrupt } from "../output/interrupt.ts";
import type { Terminal } from "../output/terminal.ts";
import { countFailed, syncLine, syncText } from "../output/views/sync-view.ts";
import type { DeployedStage } from "../stage/deployed-stage.ts";
import type { OpenStage } from "../stage/stage.ts";
import { nightResults, nightRuns } from "./night-results.ts";
import { pollThroughOutage } from "./poll-through-outage.ts";
import { newRunId } from "./run-id.ts";

const pollMs = 3_000;

/**
 * Syncs all properties of a stage: starts an execution of the nightly machine, as the schedule
 * does. The execution goes on in AWS when this command ends.
 */
export async function syncNight(
  stage: OpenStage & { readonly deployed: DeployedStage },
  options: { readonly stage: string; readonly detach: boolean },
  terminal: Terminal,
): Promise<void> {
  const execution = newRunId(Date.now());
  const { nights, description } = stage.deployed;
  await nights.start(execution, {});
  const arn = executionArn(description.nightlyStateMachineArn, execution);
  if (options.detach) {
    terminal.result(
      `The nightly sync ${execution} is started. Watch it: gsc-sync --stage ${options.stage} status`,
      { execution, executionArn: arn },
    );
    return;
  }
  terminal.notice(`the nightly machine syncs every registered property: ${arn}`);
  const properties = await stage.registry.listProperties();
  const stopping = new AbortController();
  const left = new CommandError(
    `the nightly sync ${execution} goes on without this command: gsc-sync --stage ${options.stage} status shows its runs, halt RUN stops one`,
  );
  using _interrupt = onInterrupt(
    () => stopping.abort(left),
    () => process.exit(1),
  );
  const shown = new Set<string>();
  const watch = <Seen>(look: () => Promise<Seen>) =>
    pollThroughOutage(look, `the nightly sync ${execution}`, stopping.signal);
  for (let status = "RUNNING"; status === "RUNNING"; ) {
    await systemClock.sleep(pollMs, stopping.signal);
    status = await watch(() => statusOf(nights, execution));
    for (const each of await watch(() => nightRuns(stage, properties, execution, shown))) {
      if (each.run === null || !isEnded(each.run.status)) continue;
      shown.add(each.run.runId);
      terminal.notice(syncLine(each));
    }
  }
  const synced = await watch(() => nightResults(stage, properties, execution));
  // A run that was handed over to another execution goes on after the nightly one, and may still
  // complete.
  const ended = synced.filter(({ status }) => status === "skipped" || isEnded(status));
  const failed = countFailed(ended, properties);
  if (failed > 0) process.exitCode = 1;
  terminal.result(syncText(synced, terminal), { ok: failed === 0, properties: synced });
}

/** @throws CommandError when the execution failed */
async function statusOf(nights: Executions, execution: string): Promise<string> {
  const night = await nights.describe(execution);
  if (night === undefined) throw new Error("Step Functions does not know the execution");
  const { status, cause } = night;
  if (status === "RUNNING" || status === "SUCCEEDED") return status;
  throw new CommandError(`the nightly machine ended as ${status}${cause ? `: ${cause}` : ""}`);
}
