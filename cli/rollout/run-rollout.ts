import { compareRuns } from "../../shared/operations/rollout/compare-runs.ts";
import type {
  AskedOfRollout,
  RolloutFigures,
} from "../../shared/operations/rollout/rollout-figures.ts";
import { propertyScope } from "../../shared/quota/scopes.ts";
import { datesFromTo } from "../../shared/request/pacific-date.ts";
import type { RunRequest } from "../../shared/request/run-request.ts";
import type { DateRange } from "../options/options.ts";
import { CommandError } from "../output/errors.ts";
import type { Terminal } from "../output/terminal.ts";
import type { OpenStage } from "../stage/stage.ts";
import { type StageLoan, withLoan } from "../stage/with-loan.ts";
import { type EndedRun, measureRun } from "./measure-run.ts";
import { printCheck, refuseRollout, smokeSync } from "./preflight.ts";
import { seriesOf } from "./run-telemetry.ts";
import { settleDays } from "./settle-days.ts";

export type RolloutPlan = DateRange & {
  readonly rolloutId: string;
  readonly stage: string;
  readonly siteUrl: string;
  readonly accountId: string;
  readonly asked: AskedOfRollout;
  /** The request that both runs are made of. */
  readonly request: RunRequest;
};

/**
 * Runs the pre-flight checks, the sequential baseline and the concurrent run, and compares what
 * they stored. Meanwhile it borrows the lever and pauses the nightly sync. @throws CommandError
 */
export async function runRollout(
  stage: OpenStage,
  plan: RolloutPlan,
  terminal: Terminal,
  stopping: AbortSignal,
): Promise<RolloutFigures> {
  const startedAtMs = Date.now();
  await refuseRollout(stage, plan.request, terminal);
  const asked = { loanId: plan.rolloutId, borrower: "rollout" } as const;
  return withLoan(stage, asked, terminal.notice, async (loan) => {
    const goOn = () => refuseToGoOn(stopping, loan);
    const nightlySync = await prepare(stage, plan, loan, terminal);
    goOn();
    await smokeSync(stage, plan.request, terminal);
    goOn();
    const sequential = await measureRun(
      "sequential baseline",
      stage,
      { ...plan.request, concurrency: 1 },
      terminal,
    );
    goOn();
    await loan.set({
      lever: plan.asked.concurrency,
      inFlight: plan.asked.maxInFlight,
      queueSize: plan.asked.maxQueueSize,
    });
    const concurrent = await measureRun("concurrent run", stage, concurrentRequest(plan), terminal);
    goOn();
    return judge({ stage, plan, terminal, goOn, startedAtMs, nightlySync, sequential, concurrent });
  });
}

/** Sets the lever to 1 and pauses the nightly sync. The loan restores both. */
async function prepare(
  stage: OpenStage,
  { siteUrl, asked }: RolloutPlan,
  loan: StageLoan,
  terminal: Terminal,
): Promise<string> {
  const found = (await stage.ledger.readSettings()).lever;
  if (found === 0) {
    throw new CommandError(
      "the lever is at 0: somebody has stopped every run, and a rollout would start them again; raise it first (gsc-sync lever --set 1)",
    );
  }
  await loan.set({ lever: 1 });
  printCheck({ name: "lever", ok: true, detail: `at 1 (it was at ${found})` }, terminal);
  const nightlySync = asked.keepAutoSync
    ? "left on (--keep-auto-sync)"
    : (await loan.pauseNightlySync(siteUrl))
      ? "paused until the rollout ends"
      : "none to pause: the property is not registered, or not active";
  printCheck({ name: "nightly sync", ok: true, detail: nightlySync }, terminal);
  return nightlySync;
}

async function judge(work: {
  readonly stage: OpenStage;
  readonly plan: RolloutPlan;
  readonly terminal: Terminal;
  /** @throws CommandError */
  readonly goOn: () => void;
  readonly startedAtMs: number;
  readonly nightlySync: string;
  readonly sequential: EndedRun;
  readonly concurrent: EndedRun;
}): Promise<RolloutFigures> {
  const { stage, plan, terminal, goOn, startedAtMs, sequential, concurrent } = work;
  const { rolloutId, siteUrl, accountId, from, to, asked } = plan;
  const compared = compareRuns(datesFromTo(from, to), sequential.stored, concurrent.stored, asked);
  const settings = await stage.ledger.readSettings();
  const measured = async (run: EndedRun) => {
    const { stored: _stored, left: _left, ...figures } = run;
    return { ...figures, series: await seriesOf(run, stage.metrics, terminal.notice) };
  };
  const thirdFetches = {
    async fetch(what: string, stretch: DateRange & { readonly runId: string }) {
      const request = { ...plan.request, ...stretch, concurrency: 1, force: true };
      return (await measureRun(what, stage, request, terminal)).stored;
    },
    ledger: stage.ledger,
    goOn,
    notice: terminal.notice,
  };
  return {
    rolloutId,
    stage: plan.stage,
    siteUrl,
    accountId,
    from,
    to,
    asked,
    startedAtMs,
    endedAtMs: Date.now(),
    nightlySync: work.nightlySync,
    sequential: await measured(sequential),
    concurrent: await measured(concurrent),
    compared,
    settled: await settleDays(compared.days, concurrent.stored, thirdFetches),
    leftInFlight: sequential.left + concurrent.left,
    qpmLimit: propertyScope(siteUrl, settings).limit,
  };
}

function concurrentRequest({ request, asked }: RolloutPlan) {
  const { concurrency, maxQueueSize, maxInFlight } = asked;
  return { ...request, concurrency, maxQueueSize, maxInFlight };
}

function refuseToGoOn(stopping: AbortSignal, loan: StageLoan): void {
  if (stopping.aborted) throw new CommandError("the rollout was stopped by the user");
  if (loan.lost.aborted) {
    throw new CommandError(
      "the rollout did not answer for so long that another command restored what it had changed",
    );
  }
}
