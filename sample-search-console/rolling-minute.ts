/**
 * Requests of the 60 seconds before an instant, per property. Strict: a request counts until
 * exactly 60,000 ms after its arrival, whatever the wall clock's minute.
 */
export type RollingMinute = {
  /** Counts an arrival and says how many there were within the minute, this one included. */
  arrive(siteUrl: string, nowMs: number): number;
  /** How many there were within the minute, none added. */
  count(siteUrl: string, nowMs: number): number;
};

export function createRollingMinute(): RollingMinute {
  const arrivals = new Map<string, number[]>();
  const withinMinute = (siteUrl: string, nowMs: number): number[] => {
    const times = arrivals.get(siteUrl) ?? [];
    arrivals.set(siteUrl, times);
    let gone = 0;
    while (gone < times.length && (times[gone] ?? 0) <= nowMs - 60_000) gone += 1;
    times.splice(0, gone);
    return times;
  };
  return {
    arrive: (siteUrl, nowMs) => withinMinute(siteUrl, nowMs).push(nowMs),
    count: (siteUrl, nowMs) => withinMinute(siteUrl, nowMs).length,
  };
}
