import { type BatchUnit, failAttempt } from "../../ledger/batch.ts";
import type { Clock } from "../../lib/clock.ts";
import { shortened } from "../../request/run-limits.ts";
import type { UnitRecord } from "../../rows/unit-record.ts";
import type { UnitOutcome } from "./fetch-unit.ts";

/** An outcome of which nothing has to be asked any more. */
export type SettledOutcome = Exclude<UnitOutcome, { kind: "denied" }>;

/** What an attempt's outcome makes of the unit in the batch item. */
export function applyUnitOutcome(
  unit: BatchUnit,
  outcome: SettledOutcome,
  clock: Clock,
): BatchUnit {
  const ended = { ...unit, begun: false };
  switch (outcome.kind) {
    case "done":
      return doneUnit(ended, outcome.record);
    case "failed": {
      const { error } = outcome;
      if (outcome.final) {
        const lastError = shortened(error);
        return { ...ended, status: "failed", attempts: unit.attempts + 1, lastError };
      }
      const failed = failAttempt(ended, error, clock.nowMs(), clock.random());
      if (failed.status === "failed") return failed;
      return { ...failed, notBeforeMs: Math.max(failed.notBeforeMs, outcome.notBeforeMs) };
    }
    case "fatal":
      return { ...ended, lastError: shortened(outcome.error) };
    case "deferred":
    case "aborted":
      return ended;
    default:
      return outcome satisfies never;
  }
}

export function doneUnit(unit: BatchUnit, record: UnitRecord): BatchUnit {
  return {
    ...unit,
    status: "done",
    begun: false,
    lastError: null,
    figures: {
      rows: record.rows,
      pages: record.pages.length,
      duplicates: record.fetchedRows - record.rows,
    },
  };
}
