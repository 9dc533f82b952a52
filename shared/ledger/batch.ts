import type { PacificDate } from "../plan/pacific-date.ts";
import type { Unit } from "../plan/unit.ts";
import { backoffMs } from "./backoff.ts";
import { foldTakes } from "./fold-takes.ts";
import { errorText } from "./largest-run.ts";

/** The batch item: a batch's units, how far each is, and what each take of it did. */
export type Batch = {
  readonly runId: string;
  readonly batchId: string;
  readonly siteUrl: string;
  /** The newest take's token, or its planner's. Every write is conditional on it. */
  readonly token: number;
  readonly units: readonly BatchUnit[];
  /** Figures by token, so that a write which is repeated counts once. */
  readonly takes: Readonly<Record<string, TakeFigures>>;
  /** Takes before those, added up. */
  readonly earlier?: EarlierTakes;
};

/**
 *   pending ──done──> done
 *      │ ^
 *      │ └── attempt failed, or its take died: one attempt more, backoff
 *      └──out of attempts, or Google will never answer──> failed
 */
export type BatchUnit = {
  readonly report: string;
  readonly date: PacificDate;
  readonly status: "pending" | "done" | "failed";
  readonly attempts: number;
  readonly notBeforeMs: number;
  readonly lastError: string | null;
  /** The current take has begun it; found at the next take, it says that this one died. */
  readonly begun: boolean;
  /** A take died with it: it is worked alone, so that it takes no sibling with it. */
  readonly suspect: boolean;
  readonly figures: UnitFigures | null;
};

export type UnitFigures = {
  readonly rows: number;
  readonly pages: number;
  /** Rows that Google's pages repeated. */
  readonly duplicates: number;
};

/** What one take did. Counts are of page requests unless said otherwise. */
export type TakeFigures = {
  /** Units that it completed. */
  readonly units: number;
  readonly requests: number;
  readonly retries: number;
  /** Claims that our limiter made wait. */
  readonly deferred: number;
  /** Times that it brought a scope to 80 % of its limit, at most once a minute a scope. */
  readonly approaching?: number | undefined;
  /** Refusals by Google. */
  readonly exceeded: number;
  /** Working time without quota waits, ms. */
  readonly durationMs: number;
  /** The worker's largest resident set so far, MB. */
  readonly memoryMb: number;
  /** Requests by the epoch second in which they were sent. */
  readonly sentBySecond: Readonly<Record<string, number>>;
};

export type EarlierTakes = TakeFigures & {
  /** So many takes. */
  readonly count: number;
};

export const defaultMaxAttempts = 8;

/** `token`: the planner's, so that an older planner changes nothing that a newer one has written. */
export function newBatch(runId: string, batchId: string, units: readonly Unit[], token = 0): Batch {
  return {
    runId,
    batchId,
    siteUrl: units[0]?.siteUrl ?? "",
    token,
    takes: {},
    units: units.map((unit) => ({
      report: unit.report,
      date: unit.date,
      status: "pending",
      attempts: 0,
      notBeforeMs: 0,
      lastError: null,
      begun: false,
      suspect: false,
      figures: null,
    })),
  };
}

/**
 * What a new take finds: units that an earlier take left begun died with it, and the figures of the
 * oldest takes are added up.
 */
export function claimBatch(batch: Batch, token: number, nowMs: number, random: number): Batch {
  const units = batch.units.map((unit) =>
    unit.begun && unit.status === "pending"
      ? {
          ...failAttempt(unit, "the worker that fetched it died", nowMs, random),
          begun: false,
          suspect: true,
        }
      : { ...unit, begun: false },
  );
  return { ...foldTakes(batch), token, units };
}

/** One attempt more; out of attempts, the unit has failed. `random` in [0, 1) spreads the retry. */
export function failAttempt(
  unit: BatchUnit,
  error: string,
  nowMs: number,
  random: number,
): BatchUnit {
  const attempts = unit.attempts + 1;
  const out = attempts >= defaultMaxAttempts;
  return {
    ...unit,
    attempts,
    lastError: errorText(error),
    status: out ? "failed" : "pending",
    notBeforeMs: out ? 0 : nowMs + backoffMs(attempts, random),
  };
}

export function isSettled(batch: Batch): boolean {
  return batch.units.every((unit) => unit.status !== "pending");
}

/** When the batch's next pending unit may be worked (epoch ms; 0: at once). */
export function batchDueMs(batch: Batch): number {
  const pending = batch.units.filter((unit) => unit.status === "pending");
  return pending.length === 0 ? 0 : Math.min(...pending.map((unit) => unit.notBeforeMs));
}
