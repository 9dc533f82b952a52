import type { Ledger } from "../../shared/ledger/ledger.ts";
import { releaseProperty } from "../../shared/ledger/property-lock.ts";
import { isEnded } from "../../shared/ledger/run.ts";
import type { DayCompared, RunRecords } from "../../shared/operations/rollout/compare-runs.ts";
import {
  type SettledDay,
  settleDifferences,
  stretchesOf,
} from "../../shared/operations/rollout/settle-differences.ts";
import { addDays } from "../../shared/request/pacific-date.ts";
import { haltRun } from "../../shared/sync/end/halt-run.ts";
import type { DateRange } from "../options/options.ts";
import { errorText } from "../output/errors.ts";
import { counted } from "../output/views/format.ts";
import { newRunId } from "../run/run-id.ts";

export type ThirdFetches = {
  /**
   * Fetches one request at a time, as the baseline did, and forced. A run that cannot be followed
   * may go on.
   */
  fetch(what: string, request: DateRange & { readonly runId: string }): Promise<RunRecords>;
  readonly ledger: Ledger;
  /** @throws CommandError: the rollout must not change anything any more. */
  goOn(): void;
  notice(text: string): void;
};

/**
 * Fetches the days that differ a third time, to find out whether Google has revised them or the
 * concurrent run has lost something. After a fetch that fails it stops: its days and later ones are
 * left out. @throws CommandError of `goOn`
 */
export async function settleDays(
  days: readonly DayCompared[],
  concurrent: RunRecords,
  { fetch, ledger, goOn, notice }: ThirdFetches,
): Promise<readonly SettledDay[]> {
  const different = days.filter(({ difference }) => difference !== null);
  const dates = different.map(({ date }) => date);
  const settled: SettledDay[] = [];
  for (const stretch of stretchesOf(dates, (date) => addDays(date, 1))) {
    goOn();
    const what = `third fetch of ${stretch.from} to ${stretch.to}`;
    const runId = newRunId(Date.now());
    try {
      const third = await fetch(what, { ...stretch, runId });
      settled.push(...settleDifferences(different.filter(within(stretch)), concurrent, third));
    } catch (error) {
      const itsRun = await haltUnseen(runId, ledger);
      goOn();
      notice(
        `${what} failed, and what differs from ${stretch.from} on stays unsettled: ${errorText(error)}; ${itsRun}`,
      );
      break;
    }
  }
  if (settled.length > 0) notice(`${counted(settled.length, "day")} fetched a third time`);
  return settled;
}

/** Halts the run, because the rollout no longer follows it. Returns what became of it, in words. */
async function haltUnseen(runId: string, ledger: Ledger): Promise<string> {
  try {
    const run = await haltRun(ledger, runId, Date.now(), "its rollout could not follow it");
    if (run === undefined) {
      return `run ${runId} has not begun; should it begin: gsc-sync halt ${runId}`;
    }
    if (isEnded(run.status)) await releaseProperty(run, ledger);
    return `run ${runId} is ${run.status} now`;
  } catch (error) {
    return `run ${runId} could not be halted (gsc-sync halt ${runId}): ${errorText(error)}`;
  }
}

function within({ from, to }: DateRange) {
  return ({ date }: { readonly date: string }) => date >= from && date <= to;
}
