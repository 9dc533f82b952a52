/** What a server remembers of a page request; no figure of ours. */
export type LoggedRequest = {
  readonly date: string | null;
  readonly startRow: number | null;
  readonly atMs: number;
  readonly status?: number;
};

export type LoggedRun = {
  readonly requests: number;
  /** `{date, startRow}` that were answered more than once. */
  readonly doubled: number;
  readonly dates: readonly string[];
  /** From the first arrival to the last. */
  readonly spanMs: number;
  /** Most arrivals in any 60 seconds. */
  readonly rollingMinutePeak: number;
};

/**
 * A rollout as the server saw it: the smoke sync's requests, then each day once, then each day
 * again. Where the runs meet is told by the days alone: one that comes a second time begins the next
 * run. `smoke`: how many requests the smoke sync made.
 */
export function rolloutFromLog(
  log: readonly LoggedRequest[],
  smoke = 1,
): { readonly sequential: LoggedRun; readonly concurrent: LoggedRun } {
  const arrivals = log.toSorted((a, b) => a.atMs - b.atMs).slice(smoke);
  const seen = new Set<string>();
  const second = arrivals.findIndex((request) => {
    const again = seen.has(nameOf(request));
    seen.add(nameOf(request));
    return again;
  });
  if (second < 0) throw new Error("the server saw no day twice");
  return {
    sequential: figuresOf(arrivals.slice(0, second)),
    concurrent: figuresOf(arrivals.slice(second)),
  };
}

function figuresOf(arrivals: readonly LoggedRequest[]): LoggedRun {
  const answered = arrivals.filter(({ status = 200 }) => status === 200).map(nameOf);
  const times = arrivals.map(({ atMs }) => atMs);
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  return {
    requests: arrivals.length,
    doubled: answered.length - new Set(answered).size,
    dates: [...new Set(arrivals.map(({ date }) => date ?? ""))].sort(),
    spanMs: last - first,
    rollingMinutePeak: Math.max(
      0,
      ...times.map((from) => times.filter((at) => at >= from && at < from + 60_000).length),
    ),
  };
}

function nameOf({ date, startRow }: LoggedRequest): string {
  return `${date} ${startRow}`;
}
