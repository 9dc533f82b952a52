import { setTimeout as delay } from "node:timers/promises";
import { DescribeExecutionCommand, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { isEnded } from "../shared/ledger/run.ts";
import { nightByHand, nightRunNames } from "../shared/plan/plan-night.ts";
import { whySkipped } from "../shared/plan/plan-sync.ts";
import type { Property } from "../shared/registry/property.ts";
import { CommandError } from "./command-error.ts";
import type { DeployedStage } from "./deployed-stage.ts";
import { onInterrupt } from "./interrupt.ts";
import type { OpenStage } from "./open-stage.ts";
import { newRunId } from "./run-id.ts";
import { readRunState } from "./run-snapshot.ts";
import type { Terminal } from "./terminal.ts";
import { countFailed, type SyncedProperty, syncLine, syncText } from "./views/sync-view.ts";

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
  for (let status = "RUNNING"; status === "RUNNING"; ) {
    await delay(lookMs, undefined, { signal: stopping.signal }).catch(() => {});
    if (stopping.signal.aborted) {
      throw new CommandError(
        `the night ${execution} goes on without this command: gsc-sync --stage ${options.stage} status shows its runs, halt RUN stops one`,
      );
    }
    status = await statusOf(stage, executionArn);
    for (const each of await syncedOf(stage, properties, execution)) {
      if (each.run === null || !isEnded(each.run.status) || told.has(each.run.runId)) continue;
      told.add(each.run.runId);
      terminal.notice(syncLine(each));
    }
  }
  const synced = await syncedOf(stage, properties, execution);
  const failed = countFailed(synced, properties);
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

/** What the night has made of each property so far; one without a run was passed over. */
async function syncedOf(
  stage: OpenStage,
  properties: readonly Property[],
  execution: string,
): Promise<readonly SyncedProperty[]> {
  const night = nightByHand(execution);
  const each = await Promise.all(
    properties.map(async (property): Promise<readonly SyncedProperty[]> => {
      const { siteUrl, accountId } = property;
      const names = nightRunNames(night, siteUrl);
      const states = await Promise.all(names.map((name) => readRunState(stage.ledger, name)));
      const runs = states.flatMap((state) => (state === undefined ? [] : [state.summary]));
      if (runs.length === 0) {
        const reason =
          property.status === "active"
            ? "no work, or another run has it: the log of list-properties says which"
            : whySkipped(property);
        return [{ siteUrl, accountId, status: "skipped", reason, run: null }];
      }
      return runs.map((run) => ({
        siteUrl,
        accountId,
        status: run.status,
        reason: run.reason,
        run,
      }));
    }),
  );
  return each.flat();
}
