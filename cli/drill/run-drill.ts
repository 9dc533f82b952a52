import { isEnded, type Run } from "../../shared/ledger/run.ts";
import { haltRun } from "../../shared/ledger/transitions/halt-run.ts";
import { lastDays } from "../../shared/plan/date-range.ts";
import { defaultReportId } from "../../shared/plan/report.ts";
import type { RunRequestInput } from "../../shared/plan/run-request.ts";
import { rollbackBudgetMs } from "../../shared/telemetry/thresholds.ts";
import { onLoan, type StageLoan } from "../on-loan.ts";
import { newRunId } from "../run-id.ts";
import { refuseBusyProperty, startRun } from "../start-run.ts";
import type { DrillGround } from "./drill-ground.ts";
import type { Scenario, ScenarioName } from "./scenario.ts";
import { DrillFailure, until } from "./until.ts";
import { effectWatch, enoughRequests, type Load } from "./until-effect.ts";
import { type RowsVerdict, verifyRows } from "./verify-rows.ts";
import { watchUsage } from "./watch-usage.ts";

export type DrillStep = {
  readonly step: string;
  /** UTC, ISO 8601. */
  readonly at: string;
  /** Since the drill began. */
  readonly afterMs: number;
};

/** The JSON contract of `gsc-sync drill`. */
export type DrillResult = {
  readonly scenario: ScenarioName;
  readonly pass: boolean;
  readonly budgetMs: number;
  /** Null: it did not come so far. */
  readonly detectionToEffectMs: number | null;
  readonly provocationToDetectionMs: number | null;
  readonly steps: readonly DrillStep[];
  readonly rows: RowsVerdict | null;
  /** What is not as it has to be; null when all is. */
  readonly failure: string | null;
  readonly runId: string;
  readonly startedAt: string;
  readonly endedAt: string;
};

type DrillOptions = {
  /** How long usage is watched after the rollback, in scenarios that ask for it. */
  readonly watchMs: number;
  readonly stop: AbortSignal;
  readonly onNotice: (notice: string) => void;
};

/** What a drill has found so far. */
type Findings = {
  provokedAtMs: number | null;
  detectedAtMs: number | null;
  effectAtMs: number | null;
  rows: RowsVerdict | null;
  failure: string | null;
};

const longestStartMs = 2 * 60_000;
const longestDetectionMs = 5 * 60_000;
const longestRunMs = 15 * 60_000;

/**
 * Provokes a scenario in a run of the drill's property, waits until the recorded metrics show it,
 * does what the playbook says, and measures until the load is what that should make of it. Then the
 * settings are given back, the run goes on to its end, and its rows are compared with the truth.
 */
export async function runDrill(
  name: ScenarioName,
  scenario: Scenario,
  ground: DrillGround,
  options: DrillOptions,
): Promise<DrillResult> {
  const { stage, siteUrl } = ground;
  const { ledger } = stage;
  const startedAtMs = Date.now();
  const runId = newRunId(startedAtMs);
  const steps: DrillStep[] = [];
  const found: Findings = {
    provokedAtMs: null,
    detectedAtMs: null,
    effectAtMs: null,
    rows: null,
    failure: null,
  };

  function note(step: string, atMs = Date.now()): void {
    const afterMs = atMs - startedAtMs;
    steps.push({ step, at: new Date(atMs).toISOString(), afterMs });
    options.onNotice(`${(afterMs / 1_000).toFixed(1).padStart(6)} s  ${step}`);
  }

  const range = lastDays(scenario.days, startedAtMs);
  const request: RunRequestInput = {
    siteUrl,
    ...range,
    reports: [defaultReportId],
    concurrency: 3,
    force: true,
  };
  const settings = JSON.stringify(await ledger.readSetSettings());
  await refuseBusyProperty(stage, request);
  const { requests } = await ground.server.seen(siteUrl);
  await startRun(stage, runId, request);
  try {
    await onLoan(stage, { loanId: runId, borrower: "drill" }, options.onNotice, (loan) =>
      rehearse(scenario, { ...ground, runId, loan, note, requests }, found, {
        ...options,
        budgetMs: rollbackBudgetMs[name],
      }),
    );
    if (JSON.stringify(await ledger.readSetSettings()) === settings) {
      note("the settings are as they were found");
    } else found.failure ??= "the settings are not as they were found";
    const ended = await untilRunEnds(ground, runId, options.stop);
    note(`the run has ended: ${ended.status}`);
    if (ended.status !== "complete") found.failure ??= `the run ended as ${ended.status}`;
    const rows = await verifyRows(stage, ground.server, { siteUrl, ...range });
    note(rows.equal ? `${rows.found} rows equal the truth` : "rows differ from the truth");
    if (!rows.equal) found.failure ??= `rows: ${rows.missing} missing, ${rows.wrong} wrong`;
    found.rows = rows;
  } catch (error) {
    if (!(error instanceof DrillFailure)) throw error;
    found.failure = error.message;
  } finally {
    const input = { reason: "its drill has ended", endsAs: "halted" } as const;
    await ledger.changeRun(runId, (run) => haltRun(run, input, Date.now()));
  }

  const budgetMs = rollbackBudgetMs[name];
  const detectionToEffectMs = between(found.detectedAtMs, found.effectAtMs);
  if (detectionToEffectMs !== null && detectionToEffectMs >= budgetMs) {
    found.failure ??= "the rollback took longer than its budget";
  }
  return {
    scenario: name,
    pass: found.failure === null,
    budgetMs,
    detectionToEffectMs,
    provocationToDetectionMs: between(found.provokedAtMs, found.detectedAtMs),
    steps,
    rows: found.rows,
    failure: found.failure,
    runId,
    startedAt: new Date(startedAtMs).toISOString(),
    endedAt: new Date().toISOString(),
  };
}

/** Provocation, detection, rollback, effect: what is measured. */
async function rehearse(
  scenario: Scenario,
  drill: DrillGround & {
    readonly runId: string;
    readonly loan: StageLoan;
    readonly note: (step: string, atMs?: number) => void;
    /** Of the property at the server, before the drill. */
    readonly requests: number;
  },
  found: Findings,
  { stop, watchMs, budgetMs }: DrillOptions & { readonly budgetMs: number },
): Promise<void> {
  const { note, stage } = drill;
  await until("the run sends requests", { limitMs: longestStartMs, stop }, async () => {
    const load = await loadNow(drill);
    return load !== undefined && load.requests >= drill.requests + enoughRequests
      ? load
      : undefined;
  });
  note("the run is under way");
  const provokedAtMs = Date.now();
  found.provokedAtMs = provokedAtMs;
  {
    await using _provocation = await scenario.provoke(drill);
    note(`provoked: ${scenario.says}`);
    const limits = { limitMs: longestDetectionMs, stop };
    const shown = await until("the metrics show it", limits, async () => {
      await loadNow(drill);
      return scenario.detect(drill, provokedAtMs);
    });
    found.detectedAtMs = Date.now();
    note(`detected by ${shown}`, found.detectedAtMs);
    const { requests } = await drill.server.seen(drill.siteUrl);
    await scenario.rollBack(drill);
    const watch = effectWatch(scenario.effect, requests);
    // A rollback that takes a little longer than it may is told as such, with its time.
    const patience = { limitMs: budgetMs * 1.5, stop };
    found.effectAtMs = await until(scenario.effect.says, patience, async () => {
      const load = await loadNow(drill);
      return load === undefined ? undefined : watch(load);
    });
    note(`effect: ${scenario.effect.says}`, found.effectAtMs);
  }
  note("the provocation is over");
  if (!scenario.watched) return;
  const { peak, refusals, low } = await watchUsage(stage, { forMs: watchMs, stop });
  note(`usage watched for ${watchMs / 1_000} s: at most ${peak} a minute, ${refusals} refusals`);
  if (!low) found.failure ??= "usage did not stay low after the rollback";
}

/** Undefined while the run is being planned. @throws DrillFailure when it is over already */
async function loadNow({
  stage,
  server,
  siteUrl,
  runId,
}: DrillGround & { readonly runId: string }): Promise<Load | undefined> {
  const run = await stage.ledger.readRun(runId);
  if (run === undefined) return undefined;
  if (isEnded(run.status) && run.status !== "halted") {
    throw new DrillFailure(`the run ended too early, as ${run.status}: ${run.reason ?? ""}`);
  }
  return { run, atMs: Date.now(), ...(await server.seen(siteUrl)) };
}

function untilRunEnds({ stage }: DrillGround, runId: string, stop: AbortSignal): Promise<Run> {
  return until("the run has ended", { limitMs: longestRunMs, stop }, async () => {
    const run = await stage.ledger.readRun(runId);
    return run !== undefined && isEnded(run.status) ? run : undefined;
  });
}

function between(fromMs: number | null, toMs: number | null): number | null {
  return fromMs === null || toMs === null ? null : toMs - fromMs;
}
