/**
 * Takes under way in the whole stage, each with the time (epoch ms) until which it counts unless it
 * is kept. Where no concurrency is reserved, they hold the workers of all runs to the lever.
 */
export type WorkerSlots = Readonly<Record<string, number>>;

/** How long a take counts without being heard of. */
export const workerSlotMs = 20_000;

/** Gives a take a seat, or keeps the one that it has; null when all are taken. */
export function takeWorkerSlot(
  seats: WorkerSlots,
  take: string,
  most: number,
  nowMs: number,
): WorkerSlots | null {
  const live = Object.entries(seats).filter(([, untilMs]) => untilMs > nowMs);
  const others = live.filter(([other]) => other !== take);
  const kept = live.length > others.length;
  if (!kept && others.length >= most) return null;
  return { ...Object.fromEntries(others), [take]: nowMs + workerSlotMs };
}

export function leaveWorkerSlot(seats: WorkerSlots, take: string): WorkerSlots | null {
  if (seats[take] === undefined) return null;
  return Object.fromEntries(Object.entries(seats).filter(([other]) => other !== take));
}
