/**
 * The takes under way in the whole stage, each with the time (epoch ms) at which its worker slot
 * expires unless the take renews it. A stage that reserves no concurrency limits its workers by them.
 */
export type WorkerSlots = Readonly<Record<string, number>>;

/** A worker slot that is not renewed expires after this. */
export const workerSlotMs = 20_000;

/** Gives a take a worker slot, or renews the one that it has; null when all are taken. */
export function takeWorkerSlot(
  slots: WorkerSlots,
  take: string,
  most: number,
  nowMs: number,
): WorkerSlots | null {
  const live = Object.entries(slots).filter(([, untilMs]) => untilMs > nowMs);
  const others = live.filter(([other]) => other !== take);
  const kept = live.length > others.length;
  if (!kept && others.length >= most) return null;
  return { ...Object.fromEntries(others), [take]: nowMs + workerSlotMs };
}

export function leaveWorkerSlot(slots: WorkerSlots, take: string): WorkerSlots | null {
  if (slots[take] === undefined) return null;
  return Object.fromEntries(Object.entries(slots).filter(([other]) => other !== take));
}
