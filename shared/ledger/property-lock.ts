import { addDays, dataEpoch, type PacificDate } from "../request/pacific-date.ts";
import type { Run } from "./run.ts";

/** The runs that may write a property's units now. Their ranges are disjoint. */
export type PropertyLock = { readonly holders: Readonly<Record<string, LockHolder>> };

export type LockHolder = DateRange & {
  /** It leaves the days outside its range to others that say the same; else it is alone. */
  readonly keepAutoSync: boolean;
  readonly untilMs: number;
};

export type LockDecision =
  | { readonly kind: "changed"; readonly lock: PropertyLock }
  | { readonly kind: "held"; readonly by: string };

/** What of a range nobody holds, oldest first; never empty. `by`: who has the rest. */
export type FreeRanges =
  | { readonly kind: "free"; readonly ranges: readonly DateRange[]; readonly by: string | null }
  | { readonly kind: "held"; readonly by: string };

/** What of the ledger changes a property's lock. */
type LockStore = {
  changeLock(siteUrl: string, decide: (lock: PropertyLock) => LockDecision): Promise<LockDecision>;
};

type DateRange = { readonly from: PacificDate; readonly to: PacificDate };
type Asking = DateRange & { readonly runId?: string; readonly keepAutoSync: boolean };

/** A holder that does not renew for this long has let go. */
export const lockMs = 15 * 60_000;

/** The holder's id while a property is purged; no run has it. A purge goes on for one that was killed. */
export const purgeHolder = "purge";
/** A purge that was killed keeps runs away no longer than this. */
const purgeLockMs = 3 * 60_000;

/** Takes, or renews, the whole property for a purge: no run plans or stores anything meanwhile. */
export function acquireForPurge(lock: PropertyLock, nowMs: number): LockDecision {
  const all = { from: dataEpoch, to: "9999-12-31" as PacificDate, keepAutoSync: false };
  return acquireLock(lock, { ...all, runId: purgeHolder }, nowMs + purgeLockMs, nowMs);
}

/**
 * A property has one run at a time, or several on disjoint days that all keep the auto sync.
 * Acquiring one's own lock renews it.
 */
export function acquireLock(
  lock: PropertyLock,
  run: Asking & { readonly runId: string },
  untilMs: number,
  nowMs: number,
): LockDecision {
  const by = holderInTheWay(lock, run, nowMs);
  if (by !== undefined) return { kind: "held", by };
  const { runId, from, to, keepAutoSync } = run;
  const others = Object.fromEntries(liveOthers(lock, run, nowMs));
  return {
    kind: "changed",
    lock: { holders: { ...others, [runId]: { from, to, keepAutoSync, untilMs } } },
  };
}

/** The run that keeps another from acquiring the lock now; undefined when none does. */
export function holderInTheWay(
  lock: PropertyLock,
  asking: Asking,
  nowMs: number,
): string | undefined {
  const inTheWay = liveOthers(lock, asking, nowMs).find(
    ([, holder]) => !(asking.keepAutoSync && holder.keepAutoSync) || overlap(asking, holder),
  );
  return inTheWay?.[0];
}

/** What a run that keeps the auto sync could acquire of a range. */
export function freeRanges(lock: PropertyLock, range: DateRange, nowMs: number): FreeRanges {
  const live = liveOthers(lock, {}, nowMs);
  const alone = live.find(([, holder]) => !holder.keepAutoSync);
  if (alone !== undefined) return { kind: "held", by: alone[0] };
  const taken = live.filter(([, holder]) => overlap(range, holder));
  const by = taken[0]?.[0] ?? null;
  const ranges = taken.reduce(
    (free: readonly DateRange[], [, holder]) => free.flatMap((each) => without(each, holder)),
    [range],
  );
  if (ranges.length === 0 && by !== null) return { kind: "held", by };
  return { kind: "free", ranges, by };
}

export function releaseLock(lock: PropertyLock, runId: string): PropertyLock {
  const { [runId]: _released, ...holders } = lock.holders;
  return { holders };
}

/** Another run has the property, or a purge. */
export class PropertyBusyError extends Error {
  readonly code = "PROPERTY_BUSY";

  constructor(siteUrl: string, runId: string) {
    super(
      runId === purgeHolder
        ? `${siteUrl} is being purged: wait for its end`
        : `${siteUrl} is being synced by run ${runId}: halt it, or wait for its end`,
    );
    this.name = "PropertyBusyError";
  }
}

/** Takes or renews the property's lock for a run. @throws PropertyBusyError */
export async function lockProperty(run: Run, ledger: LockStore, nowMs: number): Promise<void> {
  const decision = await ledger.changeLock(run.siteUrl, (lock) =>
    acquireLock(lock, run, nowMs + lockMs, nowMs),
  );
  if (decision.kind === "held") throw new PropertyBusyError(run.siteUrl, decision.by);
}

/** Lets other runs have the run's property. */
export async function releaseProperty(run: Run, ledger: LockStore): Promise<void> {
  await ledger.changeLock(run.siteUrl, (lock) => ({
    kind: "changed",
    lock: releaseLock(lock, run.runId),
  }));
}

function liveOthers(
  lock: PropertyLock,
  { runId }: { readonly runId?: string },
  nowMs: number,
): readonly (readonly [string, LockHolder])[] {
  return Object.entries(lock.holders).filter(
    ([holder, { untilMs }]) => holder !== runId && untilMs > nowMs,
  );
}

function overlap(a: DateRange, b: DateRange): boolean {
  return a.from <= b.to && b.from <= a.to;
}

/** The days of a range before and after another's. */
function without(range: DateRange, taken: DateRange): readonly DateRange[] {
  if (!overlap(range, taken)) return [range];
  const before = { from: range.from, to: addDays(taken.from, -1) };
  const after = { from: addDays(taken.to, 1), to: range.to };
  return [before, after].filter(({ from, to }) => from <= to);
}
