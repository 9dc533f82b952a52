import { mostSeconds, mostTakes } from "../request/run-limits.ts";

/** What one take did. Counts are of page requests unless said otherwise. */
export type TakeFigures = {
  /** Units that it completed. */
  readonly units: number;
  readonly requests: number;
  readonly retries: number;
  /** Claims that our limiter made wait. */
  readonly deferred: number;
  /** Times that it brought a scope to 80 % of its limit, at most once a minute a scope. */
  readonly approaching?: number | undefined;
  /** Refusals by Google. */
  readonly exceeded: number;
  /** Working time without quota waits, ms. */
  readonly durationMs: number;
  /** The worker's largest resident set so far, MB. */
  readonly memoryMb: number;
  /** Requests by the epoch second in which they were sent. */
  readonly sentBySecond: Readonly<Record<string, number>>;
};

export type EarlierTakes = TakeFigures & {
  /** So many takes. */
  readonly count: number;
};

/** The figures of a batch's takes, as its item has them. */
export type BatchTakes = {
  /** By token, so that a write which is repeated counts once. */
  readonly takes: Readonly<Record<string, TakeFigures>>;
  /** Takes before those, added up. */
  readonly earlier?: EarlierTakes;
};

/**
 * Adds up all but a batch's newest takes, so that an outage of days does not fill its item. For a
 * newer take only: it fences the others out, so that no figure is written again once it is added.
 */
export function foldTakes<Takes extends BatchTakes>(batch: Takes): Takes {
  const byToken = Object.entries(batch.takes).sort(([a], [b]) => Number(a) - Number(b));
  const old = byToken.slice(0, -mostTakes).map(([, figures]) => figures);
  if (old.length === 0) return batch;
  const before = batch.earlier ?? none;
  const sentBySecond = busiestSeconds([before, ...old]);
  return {
    ...batch,
    takes: Object.fromEntries(byToken.slice(-mostTakes)),
    earlier: { ...old.reduce(addTake, before), sentBySecond },
  };
}

const none: EarlierTakes = {
  count: 0,
  units: 0,
  requests: 0,
  retries: 0,
  deferred: 0,
  approaching: 0,
  exceeded: 0,
  durationMs: 0,
  memoryMb: 0,
  sentBySecond: {},
};

function addTake(sum: EarlierTakes, take: TakeFigures): EarlierTakes {
  return {
    count: sum.count + 1,
    units: sum.units + take.units,
    requests: sum.requests + take.requests,
    retries: sum.retries + take.retries,
    deferred: sum.deferred + take.deferred,
    approaching: (sum.approaching ?? 0) + (take.approaching ?? 0),
    exceeded: sum.exceeded + take.exceeded,
    durationMs: sum.durationMs + take.durationMs,
    memoryMb: Math.max(sum.memoryMb, take.memoryMb),
    sentBySecond: sum.sentBySecond,
  };
}

/** A run's peak is made of these; the quiet seconds of a long outage are none of it. */
function busiestSeconds(takes: readonly TakeFigures[]): TakeFigures["sentBySecond"] {
  const bySecond = new Map<string, number>();
  for (const take of takes) {
    for (const [second, sent] of Object.entries(take.sentBySecond)) {
      bySecond.set(second, (bySecond.get(second) ?? 0) + sent);
    }
  }
  return Object.fromEntries([...bySecond].sort(([, a], [, b]) => b - a).slice(0, mostSeconds));
}
