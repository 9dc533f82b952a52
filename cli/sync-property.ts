import type { RunSummary } from "../shared/ledger/run-summary.ts";
import { planSync } from "../shared/plan/plan-sync.ts";
import type { Property } from "../shared/registry/property.ts";
import { definitionsOf } from "./configured-reports.ts";
import { followRun } from "./follow-run.ts";
import type { OpenStage } from "./open-stage.ts";
import { newRunId } from "./run-id.ts";
import { startRun } from "./start-run.ts";
import type { Terminal } from "./terminal.ts";
import { type SyncedProperty, syncLine } from "./views/sync-view.ts";

export type SyncContext = {
  readonly stage: OpenStage;
  readonly terminal: Terminal;
  /** No other property is synced beside it: it has the whole display. */
  readonly alone: boolean;
  /** Starts nothing more once it is aborted; the runs under way halt by themselves. */
  readonly stopping: AbortSignal;
};

/** Syncs one property, from its plan to its run's end. Never throws: others go on. */
export async function syncProperty(
  property: Property,
  context: SyncContext,
): Promise<SyncedProperty> {
  const { siteUrl, accountId } = property;
  const ended = (status: SyncedProperty["status"], reason: string | null, run: RunSummary | null) =>
    ({ siteUrl, accountId, status, reason, run }) satisfies SyncedProperty;
  const synced = await work().catch((error: unknown) =>
    ended("failed", error instanceof Error ? error.message : String(error), null),
  );
  if (!context.alone) context.terminal.notice(syncLine(synced));
  return synced;

  async function work(): Promise<SyncedProperty> {
    const { stage, terminal, alone, stopping } = context;
    if (stopping.aborted) return ended("halted", "stopped by the user", null);
    const plan = await planSync(property, await stage.rows(), Date.now());
    if (plan.kind === "skip") return ended("skipped", plan.reason, null);
    const holder = await holderOf(siteUrl, stage);
    if (holder !== undefined) return ended("skipped", `run ${holder} is reading it`, null);
    const request = { ...plan.request, ...definitionsOf(property.reports) };
    const started = await startRun(stage, newRunId(Date.now()), request);
    const summary = await followRun(stage, started, alone ? terminal : silent(terminal));
    return ended(summary.status, summary.reason, summary);
  }
}

async function holderOf(siteUrl: string, { ledger }: OpenStage): Promise<string | undefined> {
  const { holders } = await ledger.readLock(siteUrl);
  const nowMs = Date.now();
  return Object.entries(holders).find(([, { untilMs }]) => untilMs > nowMs)?.[0];
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
