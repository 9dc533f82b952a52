import type { RunSummary } from "../../../shared/ledger/run-summary.ts";
import { datesFromTo, parsePacificDate } from "../../../shared/request/pacific-date.ts";
import { type LoggedRequest, type LoggedRun, rolloutFromLog } from "./rollout-from-log.ts";

/** What `gsc-sync rollout --json` prints of its runs. */
export type RolloutJson = {
  readonly speedup: number;
  readonly sequential: RunSummary;
  readonly concurrent: RunSummary;
};

/**
 * How a rollout's figures disagree with the server's own log and truth, a line each; empty: they
 * agree. A run's duration has its planning and its last answer in it, the log only arrivals: what
 * may lie between is `edgeMs`.
 */
export function rolloutDisagreements(
  told: RolloutJson,
  log: readonly LoggedRequest[],
  truth: { readonly rows: number; readonly edgeMs: number },
): readonly string[] {
  const logged = rolloutFromLog(log);
  return [
    ...runDisagreements("sequential", told.sequential, logged.sequential, truth),
    ...runDisagreements("concurrent", told.concurrent, logged.concurrent, truth),
    ...(told.speedup === told.sequential.durationMs / told.concurrent.durationMs
      ? []
      : [`speedup ${told.speedup} is not the ratio of the durations`]),
  ];
}

function runDisagreements(
  name: string,
  told: RunSummary,
  logged: LoggedRun,
  { rows, edgeMs }: { readonly rows: number; readonly edgeMs: number },
): readonly string[] {
  const [from, to] = [parsePacificDate(told.from), parsePacificDate(told.to)];
  const days = from === undefined || to === undefined ? [] : datesFromTo(from, to);
  const edge = told.durationMs - logged.spanMs;
  const pairs: readonly (readonly [what: string, told: unknown, logged: unknown, ok: boolean])[] = [
    ["requests", told.requests, logged.requests, told.requests === logged.requests],
    ["rows", told.rows, rows, told.rows === rows],
    ["doubled page requests", 0, logged.doubled, logged.doubled === 0],
    ["days", days.length, logged.dates.length, days.join() === logged.dates.join()],
    ["duration", told.durationMs, logged.spanMs, edge >= 0 && edge <= edgeMs],
    [
      "highest rolling minute",
      told.qpm.peak,
      logged.rollingMinutePeak,
      // Sent by whole seconds here, arrived to the millisecond there.
      Math.abs(told.qpm.peak - logged.rollingMinutePeak) <= 0.05 * logged.rollingMinutePeak + 2,
    ],
  ];
  return pairs.flatMap(([what, ours, theirs, ok]) =>
    ok ? [] : [`${name} ${what}: told ${ours}, logged ${theirs}`],
  );
}
