import { backoffMs } from "../lib/backoff.ts";
import type { PacificDate } from "../request/pacific-date.ts";
import { shortened } from "../request/run-limits.ts";
import type { Unit } from "../request/unit.ts";
import { type BatchTakes, foldTakes } from "./take-figures.ts";

/** The batch item: a batch's units, how far each is, and what each take of it did. */
export type Batch = BatchTakes & {
  readonly runId: string;
  readonly batchId: string;
  readonly siteUrl: string;
  /** The newest take's token, or its planner's. Every write is conditional on it. */
  readonly token: number;
  readonly units: readonly BatchUnit[];
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
    lastError: shortened(error),
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
