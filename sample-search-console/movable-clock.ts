/** A clock that goes on from wherever it was put. */
export type MovableClock = {
  nowMs(): number;
  moveTo(nowMs: number): void;
};

export function createMovableClock(clockMs: () => number): MovableClock {
  let aheadMs = 0;
  return {
    nowMs: () => clockMs() + aheadMs,
    moveTo(nowMs) {
      aheadMs = nowMs - clockMs();
    },
  };
}
