import type { Batch } from "../../ledger/batch.ts";
import type { TakeWork } from "./take.ts";

/**
 * Puts what the take has done so far into its batch, for the next save: under its token, so that
 * it counts once however often it is written. A take that dies is counted as far as it had come.
 */
export function recordFigures({ take, progress, meter }: TakeWork, memoryMb: number): void {
  const figures = meter.figures(doneUnits(progress.batch()) - doneUnits(take.batch), memoryMb);
  if (figures.requests === 0) return;
  progress.change((batch) => ({ ...batch, takes: { ...batch.takes, [take.token]: figures } }));
}

function doneUnits(batch: Batch): number {
  return batch.units.filter((unit) => unit.status === "done").length;
}
