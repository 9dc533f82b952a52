import type { RunSummary } from "../../shared/ledger/run-summary.ts";
import { errorMessage } from "../../shared/lib/error-message.ts";
import type { Property } from "../../shared/registry/property.ts";
import { parseRunRequest } from "../../shared/request/parse-run-request.ts";
import type { RunRequest } from "../../shared/request/run-request.ts";
import { planSync } from "../../shared/sync/plan/plan-sync.ts";
import { definitionsOf } from "../options/configured-reports.ts";
import type { Terminal } from "../output/terminal.ts";
import type { SyncedProperty } from "../output/views/sync-view.ts";
import type { OpenStage } from "../stage/stage.ts";
import { checkReportDefinitions } from "./check-report-definitions.ts";
import { followAndDeliver } from "./follow-and-deliver.ts";
import { newRunId } from "./run-id.ts";
import { startRun } from "./start-run.ts";
import { waitForPlan } from "./wait-for-plan.ts";

export type SyncContext = {
  readonly stage: OpenStage;
  readonly terminal: Terminal;
  /** True when no other property is synced at the same time: it has the whole display. */
  readonly alone: boolean;
  /** Once aborted, nothing more is started; the runs under way halt by themselves. */
  readonly stopping: AbortSignal;
  /** True: runs are started and not followed. */
  readonly detach: boolean;
  /** The command that gets the runs' events. */
  readonly onComplete: string | undefined;
  /** Called when that command did not take every event. */
  undelivered(): void;
};

/**
 * Syncs one property, from its plan to the end of its run, or of its two runs around the days of
 * another. Never throws, so that the other properties go on.
 */
export async function syncProperty(
  property: Property,
  context: SyncContext,
): Promise<readonly SyncedProperty[]> {
  const { siteUrl, accountId } = property;
  const ended = (status: SyncedProperty["status"], reason: string | null, run: RunSummary | null) =>
    ({ siteUrl, accountId, status, reason, run }) satisfies SyncedProperty;
  const synced: SyncedProperty[] = [];
  try {
    await work();
  } catch (error) {
    synced.push(ended("failed", errorMessage(error), null));
  }
  return synced;

  async function work(): Promise<void> {
    const { stage, stopping } = context;
    if (stopping.aborted) return void synced.push(stopped());
    const ports = { rows: await stage.rows(), ledger: stage.ledger };
    const { definitions = property.definitions } = definitionsOf(property.reports);
    const plan = await planSync(property, ports, Date.now(), definitions);
    if (plan.kind === "skip") return void synced.push(ended("skipped", plan.reason, null));
    for (const days of plan.requests) {
      if (stopping.aborted) return void synced.push(stopped());
      synced.push(await run(parseRunRequest(days, Date.now()), plan.besides));
    }
  }

  async function run(request: RunRequest, besides: string | null): Promise<SyncedProperty> {
    const { stage, terminal, alone } = context;
    await checkReportDefinitions(stage, request);
    const started = await startRun(stage, newRunId(Date.now()), request);
    if (context.detach) {
      const planned = await waitForPlan(stage, started);
      return ended(planned.status, besides, planned);
    }
    const { summary, delivered } = await followAndDeliver(
      stage,
      started,
      alone ? terminal : silent(terminal),
      { command: context.onComplete, notice: terminal.notice },
    );
    if (!delivered) context.undelivered();
    const note = besides === null ? null : `run ${besides} fetches its other days`;
    return ended(summary.status, summary.reason ?? note, summary);
  }

  function stopped(): SyncedProperty {
    return ended("halted", "stopped by the user", null);
  }
}

/** Several runs would draw over each other. */
function silent({ width, colour }: Terminal): Terminal {
  const nothing = () => {};
  return {
    width,
    colour,
    progress: nothing,
    endProgress: nothing,
    notice: nothing,
    result: nothing,
  };
}
