import { setTimeout as delay } from "node:timers/promises";
import { DescribeExecutionCommand, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { isEnded } from "../shared/ledger/run.ts";
import { CommandError } from "./command-error.ts";
import type { DeployedStage } from "./deployed-stage.ts";
import { onInterrupt } from "./interrupt.ts";
import { lookPatiently } from "./look-patiently.ts";
import { nightResults, nightRuns } from "./night-results.ts";
import type { OpenStage } from "./open-stage.ts";
import { newRunId } from "./run-id.ts";
import type { Terminal } from "./terminal.ts";
import { countFailed, syncLine, syncText } from "./views/sync-view.ts";

const lookMs = 3_000;

/**
 * `sync` of all properties on a stage: an execution of the nightly machine, as the schedule starts
 * one. The night goes on in AWS whatever becomes of this command.
 */
export async function syncNight(
  stage: OpenStage & { readonly deployed: DeployedStage },
  options: { readonly stage: string; readonly detach: boolean },
  terminal: Terminal,
): Promise<void> {
  const execution = newRunId(Date.now());
  const { nightlyStateMachineArn: stateMachineArn } = stage.deployed.description;
  const { executionArn = "" } = await stage.executions.send(
    new StartExecutionCommand({ stateMachineArn, name: execution, input: "{}" }),
  );
  if (options.detach) {
    terminal.result(
      `The night ${execution} is started. Watch it: gsc-sync --stage ${options.stage} status`,
      { execution, executionArn },
    );
    return;
  }
  terminal.notice(`the nightly machine syncs every registered property: ${executionArn}`);
  const properties = await stage.registry.listProperties();
  const stopping = new AbortController();
  using _interrupt = onInterrupt(
    () => stopping.abort(),
    () => process.exit(1),
  );
  const told = new Set<string>();
  const untilNextLook = async () => {
    await delay(lookMs, undefined, { signal: stopping.signal }).catch(() => {});
    if (!stopping.signal.aborted) return;
    throw new CommandError(
      `the night ${execution} goes on without this command: gsc-sync --stage ${options.stage} status shows its runs, halt RUN stops one`,
    );
  };
  const patiently = <Seen>(look: () => Promise<Seen>) =>
    lookPatiently(look, `the night ${execution}`, untilNextLook);
  for (let status = "RUNNING"; status === "RUNNING"; ) {
    await untilNextLook();
    status = await patiently(() => statusOf(stage, executionArn));
    for (const each of await patiently(() => nightRuns(stage, properties, execution, told))) {
      if (each.run === null || !isEnded(each.run.status)) continue;
      told.add(each.run.runId);
      terminal.notice(syncLine(each));
    }
  }
  const synced = await patiently(() => nightResults(stage, properties, execution));
  // A run that was handed over goes on without the night, and may still end well.
  const ended = synced.filter(({ status }) => status === "skipped" || isEnded(status));
  const failed = countFailed(ended, properties);
  if (failed > 0) process.exitCode = 1;
  terminal.result(syncText(synced, terminal), { ok: failed === 0, properties: synced });
}

/** @throws CommandError when it did not come to its end */
async function statusOf(stage: OpenStage, executionArn: string): Promise<string> {
  const { status = "RUNNING", cause } = await stage.executions.send(
    new DescribeExecutionCommand({ executionArn }),
  );
  if (status === "RUNNING" || status === "SUCCEEDED") return status;
  throw new CommandError(`the nightly machine ended as ${status}${cause ? `: ${cause}` : ""}`);
}
