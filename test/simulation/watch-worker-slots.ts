import type { WorkerSlots } from "../../shared/ledger/worker-slots.ts";
import { type Coverage, count } from "./coverage.ts";

export type WorkerSlotWatch = {
  /** A change was decided, where one of these levers may have been read. */
  decided(
    change: {
      readonly before: WorkerSlots;
      readonly after: WorkerSlots | null;
      readonly wanted: boolean;
    },
    levers: readonly number[],
  ): void;
  /** A take begins its work. */
  began(runId: string, batchId: string): void;
};

/**
 * Judges that a take begins with a slot, that none is given where the live ones are as many as the
 * lever, none refused where they are fewer, and that whoever works keeps its own. A take that has
 * stood still until its slot ran out may come back to it beyond the lever: it works, so it counts.
 */
export function watchWorkerSlots(options: {
  readonly nowMs: () => number;
  /** Clocks lie within this of the true time on either side. */
  readonly skewMs: number;
  /** Whether somebody has died, stood still, or not been heard by the ledger. */
  readonly mayRunOut: () => boolean;
  readonly coverage: Coverage;
  readonly violated: (what: string) => void;
}): WorkerSlotWatch {
  const { nowMs, skewMs, coverage, violated } = options;
  const given = new Set<string>();
  const left = new Set<string>();

  /** Live to every clock. */
  function isLive(untilMs: number): boolean {
    return untilMs > nowMs() + skewMs;
  }

  function isRunOut(untilMs: number): boolean {
    return untilMs <= nowMs() - skewMs;
  }

  function judgeGift(take: string, slots: WorkerSlots, levers: readonly number[]): void {
    count(coverage.transitions, given.has(take) ? "slot come back to" : "slot given");
    if (given.has(take)) return;
    given.add(take);
    const others = Object.entries(slots).filter(
      ([other, untilMs]) => other !== take && isLive(untilMs),
    );
    const most = Math.max(...levers);
    if (others.length >= most) violated(`a slot was given beside ${others.length} of ${most}`);
  }

  function judgeRefusal(slots: WorkerSlots, levers: readonly number[]): void {
    count(coverage.transitions, "slot refused");
    const taken = Object.values(slots).filter((untilMs) => !isRunOut(untilMs)).length;
    const least = Math.min(...levers);
    if (taken < least) violated(`a slot was refused beside ${taken} of ${least}`);
  }

  return {
    decided({ before, after, wanted }, levers) {
      if (after === null) {
        if (wanted) judgeRefusal(before, levers);
        return;
      }
      for (const take of Object.keys(after)) {
        if (before[take] === undefined) judgeGift(take, after, levers);
      }
      for (const [take, untilMs] of Object.entries(before)) {
        if (after[take] === undefined && isLive(untilMs)) left.add(take);
        if (isRunOut(untilMs) && !options.mayRunOut()) violated(`${take} did not keep its slot`);
      }
    },
    began(runId, batchId) {
      const hasSlot = [...given].some(
        (take) => take.startsWith(`${runId}/${batchId}/`) && !left.has(take),
      );
      if (!hasSlot) violated(`${batchId} was taken without a slot`);
    },
  };
}
