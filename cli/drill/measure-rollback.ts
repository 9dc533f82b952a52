import { inFlightCount, isEnded, type Run } from "../../shared/ledger/run.ts";
import { systemClock } from "../../shared/lib/system-clock.ts";
import { metricNames } from "../../shared/telemetry/metric-names.ts";
import type { StageMetrics } from "../stage/stage.ts";
import { linesWith } from "../stage/stage-thresholds.ts";
import type { StageLoan } from "../stage/with-loan.ts";
import type { DrillEnvironment } from "./drill-environment.ts";
import type { Findings } from "./drill-result.ts";
import type { Effect, Scenario } from "./scenario.ts";
import { DrillFailure, until } from "./until.ts";

export type DrillOptions = {
  /** How long usage is watched after the rollback, in scenarios that ask for it. */
  readonly watchMs: number;
  readonly stop: AbortSignal;
  readonly onNotice: (notice: string) => void;
};

const longestStartMs = 2 * 60_000;
const longestDetectionMs = 5 * 60_000;

/** Provokes the fault, waits for its detection, rolls back, and measures until the effect shows. */
export async function measureRollback(
  scenario: Scenario,
  drill: DrillEnvironment & {
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
  await until("the run sends requests", { timeoutMs: longestStartMs, stop }, async () => {
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
    const limits = { timeoutMs: longestDetectionMs, stop };
    const shown = await until("the metrics show it", limits, async () => {
      await loadNow(drill);
      return scenario.detect(drill, provokedAtMs);
    });
    found.detectedAtMs = Date.now();
    note(`detected by ${shown}`, found.detectedAtMs);
    const { requests } = await drill.server.seen(drill.siteUrl);
    await scenario.rollBack(drill);
    const watch = effectWatch(scenario.effect, requests);
    // Waits longer than the budget, so that a rollback that is a little late is reported with its
    // time.
    const slack = { timeoutMs: budgetMs * 1.5, stop };
    found.effectAtMs = await until(scenario.effect.says, slack, async () => {
      const load = await loadNow(drill);
      return load === undefined ? undefined : watch(load);
    });
    note(`effect: ${scenario.effect.says}`, found.effectAtMs);
  }
  note("the fault is ended");
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
}: DrillEnvironment & { readonly runId: string }): Promise<Load | undefined> {
  const run = await stage.ledger.readRun(runId);
  if (run === undefined) return undefined;
  if (isEnded(run.status) && run.status !== "halted") {
    throw new DrillFailure(`the run ended too early, as ${run.status}: ${run.reason ?? ""}`);
  }
  return { run, atMs: Date.now(), ...(await server.seen(siteUrl)) };
}

type WatchedUsage = {
  /** Requests of the drill's kind of scope in a rolling minute. */
  readonly peak: number;
  readonly refusals: number;
  readonly low: boolean;
};

/** After a rate-limit rollback the playbook watches usage: it has to stay low, with no refusal. */
async function watchUsage(
  { ledger, metrics }: StageMetrics,
  { forMs, stop }: { readonly forMs: number; readonly stop: AbortSignal },
): Promise<WatchedUsage> {
  const periodMs = metrics.shortestPeriodMs;
  // Requests that were under way when the lever was lowered are recorded a moment later.
  const fromMs = Math.ceil(Date.now() / periodMs) * periodMs;
  await systemClock.sleep(forMs, stop);
  stop.throwIfAborted();
  const [usage = [], refused = []] = await metrics.read(
    [
      { name: metricNames.quotaUsage, statistic: "Maximum", scope: "property" },
      { name: metricNames.quotaExceeded, statistic: "Sum", scope: "property" },
    ],
    { fromMs, toMs: Date.now(), periodMs },
  );
  const { warn } = linesWith(await ledger.readSettings()).usage.property;
  const peak = Math.max(0, ...usage.map(({ value }) => value));
  const refusals = refused.reduce((sum, { value }) => sum + value, 0);
  return { peak, refusals, low: refusals === 0 && peak < warn };
}

/** What runs at an instant: by the ledger, and at the server. */
type Load = {
  readonly atMs: number;
  readonly run: Run;
  /** Requests so far, and those that are not answered yet. */
  readonly requests: number;
  readonly underWay: number;
};

/** The requests that must arrive while the load stays low: they show that the run goes on. */
const enoughRequests = 5;

/**
 * Returns a function that is called with each reading of the load. It returns the instant from
 * which the load has stayed as low as the effect asks; undefined until enough requests have arrived
 * since.
 */
export function effectWatch(effect: Effect, requestsBefore: number) {
  let reached: { readonly atMs: number; readonly requests: number } | undefined;
  return (load: Load): number | undefined => {
    if (!isLow(load, effect)) reached = undefined;
    else if (!effect.withFirstRequest || load.requests > requestsBefore) reached ??= load;
    if (reached === undefined || load.requests < reached.requests + enoughRequests)
      return undefined;
    return reached.atMs;
  };
}

function isLow({ run, underWay }: Load, effect: Effect): boolean {
  const taken = Object.values(run.inFlight).filter(({ token }) => token > 0).length;
  return (
    taken <= effect.taken && inFlightCount(run) <= effect.inFlight && underWay <= effect.underWay
  );
}
