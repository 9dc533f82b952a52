import type { WorkerSlots } from "../../shared/ledger/worker-slots.ts";
import { type Coverage, count } from "./coverage.ts";

export type SeatWatch = {
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
 * Judges that a take begins with a seat, that none is given where the live ones are as many as the
 * lever, none refused where they are fewer, and that whoever works keeps its own. A take that has
 * stood still until its seat ran out may come back to it beyond the lever: it works, so it counts.
 */
export function watchSeats(options: {
  readonly nowMs: () => number;
  /** Clocks lie within this of the true time on either side. */
  readonly skewMs: number;
  /** Whether somebody has died, stood still, or not been heard by the ledger. */
  readonly mayRunOut: () => boolean;
  readonly coverage: Coverage;
  readonly violated: (what: string) => void;
}): SeatWatch {
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

  function judgeGift(take: string, seats: WorkerSlots, levers: readonly number[]): void {
    count(coverage.transitions, given.has(take) ? "seat come back to" : "seat given");
    if (given.has(take)) return;
    given.add(take);
    const others = Object.entries(seats).filter(
      ([other, untilMs]) => other !== take && isLive(untilMs),
    );
    const most = Math.max(...levers);
    if (others.length >= most) violated(`a seat was given beside ${others.length} of ${most}`);
  }

  function judgeRefusal(seats: WorkerSlots, levers: readonly number[]): void {
    count(coverage.transitions, "seat refused");
    const taken = Object.values(seats).filter((untilMs) => !isRunOut(untilMs)).length;
    const least = Math.min(...levers);
    if (taken < least) violated(`a seat was refused beside ${taken} of ${least}`);
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
        if (isRunOut(untilMs) && !options.mayRunOut()) violated(`${take} did not keep its seat`);
      }
    },
    began(runId, batchId) {
      const seated = [...given].some(
        (take) => take.startsWith(`${runId}/${batchId}/`) && !left.has(take),
      );
      if (!seated) violated(`${batchId} was taken without a seat`);
    },
  };
}
