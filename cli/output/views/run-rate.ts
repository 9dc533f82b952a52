/** What a run had done at an instant: settled units, rows stored. */
export type ProgressPoint = {
  readonly atMs: number;
  readonly units: number;
  readonly rows: number;
};

export type RunRate = {
  /** Rows a second; undefined until there is something to tell. */
  readonly rowsPerSecond: number | undefined;
  /** Until the last unit is settled, at the pace of late; undefined until there is a pace. */
  readonly leftMs: number | undefined;
};

/** Pace over the last 20 s; where no unit was settled in them, over all that is remembered. */
export function runRate(
  history: readonly ProgressPoint[],
  now: ProgressPoint,
  plannedUnits: number,
): RunRate {
  const earlier = history.filter((point) => point.atMs < now.atMs);
  const recent = paceSince(startOfWindow(earlier, now.atMs), now);
  const pace = recent !== undefined && recent.units > 0 ? recent : paceSince(earlier[0], now);
  const unitsLeft = Math.max(plannedUnits - now.units, 0);
  return {
    rowsPerSecond: recent?.rows,
    leftMs:
      unitsLeft === 0
        ? 0
        : pace === undefined || pace.units <= 0
          ? undefined
          : (unitsLeft / pace.units) * 1_000,
  };
}

const windowMs = 20_000;

/** A shorter stretch says nothing: batches are written every few seconds. */
const leastStretchMs = 3_000;

function startOfWindow(
  history: readonly ProgressPoint[],
  nowMs: number,
): ProgressPoint | undefined {
  return history.findLast((point) => point.atMs <= nowMs - windowMs) ?? history[0];
}

/** Units and rows a second. */
function paceSince(
  start: ProgressPoint | undefined,
  now: ProgressPoint,
): { readonly units: number; readonly rows: number } | undefined {
  if (start === undefined || now.atMs - start.atMs < leastStretchMs) return undefined;
  const seconds = (now.atMs - start.atMs) / 1_000;
  return {
    units: Math.max(now.units - start.units, 0) / seconds,
    rows: Math.max(now.rows - start.rows, 0) / seconds,
  };
}
