import type { TakeFigures } from "../../ledger/take-figures.ts";

/** Counts what one take does. Working time runs while at least one unit is not waiting for quota. */
export type TakeMeter = {
  unitStarted(): void;
  unitEnded(): void;
  requestSent(): void;
  retried(): void;
  deferred(): void;
  approaching(): void;
  exceeded(): void;
  waitBegun(): void;
  waitEnded(): void;
  figures(units: number, memoryMb: number): TakeFigures;
};

export function createTakeMeter(nowMs: () => number): TakeMeter {
  const counts = { requests: 0, retries: 0, deferred: 0, approaching: 0, exceeded: 0 };
  const sentBySecond: Record<string, number> = {};
  let working = 0;
  let workingSinceMs = 0;
  let workedMs = 0;

  function work(change: 1 | -1): void {
    const at = nowMs();
    if (working > 0) workedMs += at - workingSinceMs;
    workingSinceMs = at;
    working += change;
  }

  return {
    unitStarted: () => work(1),
    unitEnded: () => work(-1),
    waitBegun: () => work(-1),
    waitEnded: () => work(1),
    requestSent() {
      const second = String(Math.floor(nowMs() / 1_000));
      sentBySecond[second] = (sentBySecond[second] ?? 0) + 1;
      counts.requests += 1;
    },
    retried() {
      counts.retries += 1;
    },
    deferred() {
      counts.deferred += 1;
    },
    approaching() {
      counts.approaching += 1;
    },
    exceeded() {
      counts.exceeded += 1;
    },
    figures: (units, memoryMb) => ({
      ...counts,
      units,
      memoryMb,
      durationMs: Math.round(workedMs),
      sentBySecond: { ...sentBySecond },
    }),
  };
}
