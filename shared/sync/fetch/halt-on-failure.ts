import type { BatchUnit } from "../../ledger/batch.ts";
import type { Run } from "../../ledger/run.ts";
import type { RunHalt } from "./take.ts";

/** Why a run that is to halt at its first failure halts; null: it goes on. */
export function haltOnFailure(run: Run, unit: BatchUnit): RunHalt | null {
  if (!run.haltOnFailure || unit.status !== "failed") return null;
  const { report, date, attempts, lastError } = unit;
  const tries = attempts === 1 ? "" : ` after ${attempts} attempts`;
  const reason = `${report} of ${date} failed${tries}, and the run is to halt on failure: ${lastError}`;
  return { reason, endsAs: "halted" };
}
