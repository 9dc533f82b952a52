import type { Clock } from "../../../shared/lib/clock.ts";

/**
 * Virtual time: it stands still while there is anything left to do, then jumps to the end of the
 * shortest sleep. Only for worlds in memory: waiting for a real server is not something to do.
 */
export function fakeClock(startMs = Date.parse("2026-04-01T12:00:00Z")): Clock {
  type Sleeper = { readonly atMs: number; readonly wake: () => void };
  const sleepers = new Set<Sleeper>();
  let nowMs = startMs;
  let looking = false;

  function look(): void {
    if (looking || sleepers.size === 0) return;
    looking = true;
    setImmediate(() => {
      looking = false;
      const first = [...sleepers].reduce<Sleeper | undefined>(
        (earliest, each) => (earliest === undefined || each.atMs < earliest.atMs ? each : earliest),
        undefined,
      );
      if (first === undefined) return;
      sleepers.delete(first);
      nowMs = Math.max(nowMs, first.atMs);
      first.wake();
      look();
    });
  }

  return {
    nowMs: () => nowMs,
    random: () => 0.5,
    sleep(ms, signal) {
      return new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const sleeper = { atMs: nowMs + Math.max(ms, 0), wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", () => {
          sleepers.delete(sleeper);
          resolve();
        });
        look();
      });
    },
  };
}
