import type { Paging } from "../../shared/request/unit.ts";
import type { Dice } from "./dice.ts";

/** What is to be synced, and with what. */
export type Scenario = {
  /** Consecutive days from `firstDate` on. */
  readonly days: number;
  /** Rows of each day. */
  readonly rowCounts: readonly number[];
  /** Days whose requests Google calls invalid. */
  readonly invalidDays: ReadonlySet<number>;
  /** A day whose every request is the end of the worker that sends it. */
  readonly killerDay: number | null;
  readonly paging: Paging;
  readonly workers: number;
  /** Units that a worker fetches at once. */
  readonly lanes: number;
  readonly concurrency: number;
  readonly lever: number;
  readonly batchSize: number;
  readonly maxQueueSize: number;
  readonly maxInFlight: number;
  readonly qpm: number | null;
  readonly haltOnFailure: boolean;
  /** An earlier run has stored every day; this one fetches them all again. */
  readonly stored: boolean;
  /** The same backfill once more, when the run has ended. */
  readonly again: boolean;
  /** When faults end, ms after the start. */
  readonly calmAfterMs: number;
  /** A message whose worker died comes back soon, as it does locally, or after its time-out. */
  readonly lostWorkerVisibilityMs: number;
  /** What a worker has room for, in rows: from one page on. */
  readonly roomRows: number;
  /** An account that leaves nothing to reserve: the ledger counts the stage's takes. */
  readonly countsTakes: boolean;
};

/**
 * A small scenario: at least three workers, units of one to five pages. So few days are cut into
 * batches of one; some scenarios have days enough for a batch of several.
 */
export function drawScenario(dice: Dice): Scenario {
  const isLong = dice.chance(0.1);
  const concurrency = isLong ? 3 : dice.between(3, 5);
  const days = isLong ? dice.between(13, 27) : dice.between(3, 8);
  const pageRows = dice.between(2, 4);
  const mostPages = dice.between(2, 4);
  const unitRowCap = pageRows * mostPages;
  return {
    days,
    rowCounts: Array.from({ length: days }, () => dice.between(0, unitRowCap)),
    invalidDays: new Set(dice.chance(0.15) ? [dice.below(days)] : []),
    killerDay: dice.chance(0.04) ? dice.below(days) : null,
    paging: { pageRows, unitRowCap },
    workers: dice.between(3, 5),
    lanes: dice.between(1, 5),
    concurrency,
    lever: dice.pick([5, 5, 5, 4, 3]),
    batchSize: dice.pick([1, 2, 3, dice.between(4, 8)]),
    maxQueueSize: dice.between(1, 8),
    maxInFlight: dice.between(1, 8),
    qpm: dice.chance(0.3) ? dice.between(10, 60) : null,
    haltOnFailure: dice.chance(0.2),
    stored: dice.chance(0.3),
    again: dice.chance(0.15),
    calmAfterMs: dice.between(30, 300) * 1_000,
    lostWorkerVisibilityMs: dice.pick([2_000, 2_000, 1_800_000]),
    roomRows: dice.between(pageRows, 5 * pageRows),
    countsTakes: dice.chance(0.25),
  };
}
