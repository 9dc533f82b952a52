import { hourMs } from "../lib/durations.ts";
import { googleLimits, usageFractions } from "../quota/scopes.ts";

// The one home of every line that is drawn, alarmed on, judged or reported. Lines of a limit are
// fractions of it, so that they follow the limit when that is set otherwise.

/** Fractions of a run's `maxQueueSize` and `maxInFlight`. */
export const queueFractions = { warn: 0.5, page: 0.8 } as const;
export const inFlightFractions = { warn: 0.8, page: 1 } as const;

/** A batch's working time, quota waits left out. */
export const batchDurationMs = { page: 5_000 } as const;

/** What a rollout has to show: ratios of durations, the workers' memory together. */
export const successLines = {
  speedup: 4,
  stretchSpeedup: 8,
  batchP99Ms: batchDurationMs.page,
  memoryMb: 500,
} as const;

/** Times an hour that a scope comes to the warn line. */
export const approachingAnHour = { warn: 1 } as const;

/** From a halt to the last batch that was put back. */
export const haltMs = { page: 5_000 } as const;

/**
 * Minutes in a row with a failed take. While a store is away each batch comes back every 10 to 15 s,
 * so that no minute is without one. One such minute is a failover or a restart, mended by itself. Two
 * are an outage that goes on; five are longer than Postgres, DSQL or DynamoDB take to recover by
 * themselves: nothing has been stored meanwhile, and somebody has to look.
 */
export const failedTakeMinutes = { warn: 2, page: 5 } as const;

/** Age of the oldest message in the queue. The ledger sends again long before. */
export const mailboxAgeSeconds = { page: 900 } as const;

/**
 * Days from a report's newest complete day to today: Google takes three, a missed night makes four,
 * and is made up for.
 */
export const freshnessDays = { warn: 5, page: 8 } as const;

/** The playbook's phases: the lever, and for how long it has to go well. */
export const phases = {
  A: { lever: 1, forMs: 24 * hourMs },
  B: { lever: 3, forMs: 7 * 24 * hourMs },
  C: { lever: 5, forMs: 7 * 24 * hourMs },
} as const;

/** Batches in the queue, on average over a phase. */
export const averageQueue = { below: 200 } as const;

/** A figure may be so many times its baseline before it is a regression. */
export const regressionFactor = 1.25;

/** What has to be recorded of a phase: a nightly sync measures every day, a little later or sooner. */
export const gateEvidence = { longestGapMs: 26 * hourMs, leastBatches: 10 } as const;

/** Rollbacks, from detection to effect. */
export const rollbackBudgetMs = {
  "rate-limit-spike": 2 * 60_000,
  "persistence-backlog": 5 * 60_000,
  "coordinator-fault": 10 * 60_000,
} as const;

/** After the rate-limit rollback its usage is watched for so long. */
export const watchUsageMs = 5 * 60_000;

/** An escalation is shown for so long after it is over. */
export const escalationShownMs = 15 * 60_000;

/** A dispatcher records its run's queue at least every 20 s, while the run is not waiting. */
export const coordinatorSilenceMs = 30_000;

export type StageLimits = { readonly maxQueueSize: number; readonly maxInFlight: number };

/** The lines of a stage, in batches and in requests a minute. */
export function linesOf({ maxQueueSize, maxInFlight }: StageLimits) {
  const usage = (limit: number) => ({
    limit,
    warn: limit * usageFractions.warn,
    escalate: Math.round(limit * usageFractions.escalate),
    page: Math.round(limit * usageFractions.page),
  });
  return {
    queueSize: {
      limit: maxQueueSize,
      warn: Math.max(1, Math.round(maxQueueSize * queueFractions.warn)),
      page: Math.max(1, Math.round(maxQueueSize * queueFractions.page)),
    },
    inFlight: {
      limit: maxInFlight,
      warn: Math.max(1, Math.round(maxInFlight * inFlightFractions.warn)),
      page: Math.max(1, Math.round(maxInFlight * inFlightFractions.page)),
    },
    usage: {
      property: usage(googleLimits.property),
      account: usage(googleLimits.account),
      project: usage(googleLimits.project),
    },
  } as const;
}

export type Lines = ReturnType<typeof linesOf>;
