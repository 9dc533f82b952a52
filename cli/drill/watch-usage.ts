import { setTimeout as delay } from "node:timers/promises";
import { metricNames } from "../../shared/telemetry/metric-names.ts";
import type { OpenStage } from "../stage/stage.ts";
import { linesWith } from "../stage/stage-thresholds.ts";

export type WatchedUsage = {
  /** Requests of the drill's kind of scope in a rolling minute. */
  readonly peak: number;
  readonly refusals: number;
  readonly low: boolean;
};

/** After a rate-limit rollback the playbook watches usage: it has to stay low, with no refusal. */
export async function watchUsage(
  { ledger, metrics }: Pick<OpenStage, "ledger" | "metrics">,
  { forMs, stop }: { readonly forMs: number; readonly stop: AbortSignal },
): Promise<WatchedUsage> {
  const periodMs = metrics.shortestPeriodMs;
  // What was under way as the lever fell is told of a moment later.
  const fromMs = Math.ceil(Date.now() / periodMs) * periodMs;
  await delay(forMs, undefined, { signal: stop }).catch(() => stop.throwIfAborted());
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
