import { type UnitEvent, unitCompleteEvent, unitFailedEvent } from "../../events/unit-event.ts";
import type { BatchUnit } from "../../ledger/batch.ts";
import type { Run } from "../../ledger/run.ts";
import { findReport } from "../../request/find-report.ts";
import { deferredByOutage, isOutage } from "../store-outage.ts";
import { applyUnitOutcome, type SettledOutcome } from "./apply-unit-outcome.ts";
import type { WorkPorts } from "./fetch-ports.ts";
import { fetchUnit } from "./fetch-unit.ts";
import { haltOnFailure } from "./halt-on-failure.ts";
import { haltTake } from "./halt-take.ts";
import type { StopReason } from "./lease-watch.ts";
import { settleDenial } from "./property-denied.ts";
import { recordFigures } from "./record-figures.ts";
import type { Deferral } from "./request-page.ts";
import type { RunHalt, TakeWork, TimeSliceEnd } from "./take.ts";

/**
 * Works a taken batch's pending units in `lanes` at once, until all are tried, the slice is over,
 * or the take must stop; then those that a worker died with, one by one.
 */
export async function workUnits(
  work: TakeWork,
  lanes: number,
  ports: WorkPorts,
): Promise<TimeSliceEnd> {
  const { progress, stop, meter } = work;
  const { clock } = ports;
  const startedAtMs = clock.nowMs();
  let longestUnitMs = 0;
  // A take tries a unit once: a second try would write into the generation of the first.
  const tried = new Set<number>();
  let end: TimeSliceEnd = { deferred: null };

  function pick(suspect: boolean): number | undefined {
    const nowMs = clock.nowMs();
    if (stop.signal.aborted || end.deferred !== null) return undefined;
    if (!mayBeginUnit(nowMs - startedAtMs, longestUnitMs)) return undefined;
    const index = progress
      .batch()
      .units.findIndex(
        (unit, at) =>
          unit.status === "pending" &&
          !tried.has(at) &&
          unit.suspect === suspect &&
          unit.notBeforeMs <= nowMs,
      );
    if (index < 0) return undefined;
    tried.add(index);
    progress.changeUnit(index, (unit) => ({ ...unit, begun: true }));
    return index;
  }

  /** Units side by side may wait for different things: an outage is reported first. */
  function wait(deferred: Deferral): void {
    if (end.deferred?.outage !== true) end = { deferred };
  }

  async function workUnit(index: number): Promise<void> {
    recordFigures(work, ports.memoryMb());
    if ((await progress.save()) === "lost") {
      stop.abort("lost" satisfies StopReason);
      return;
    }
    const unitStartedAtMs = clock.nowMs();
    meter.unitStarted();
    const attempted = await attempt(index, work, ports).finally(() => meter.unitEnded());
    const outcome = await settle(index, attempted, work, ports);
    longestUnitMs = Math.max(longestUnitMs, clock.nowMs() - unitStartedAtMs);
    if (outcome.kind === "deferred") wait(outcome);
    if (outcome.kind === "failed" && outcome.batchWaits === true) {
      wait({ untilMs: outcome.notBeforeMs, reason: outcome.error });
    }
  }

  /** A ledger that fails one lane stops them all: no unit goes on when the take has ended. */
  async function lane(suspect: boolean): Promise<void> {
    try {
      for (let index = pick(suspect); index !== undefined; index = pick(suspect)) {
        await workUnit(index);
      }
    } catch (error) {
      stop.abort("lost" satisfies StopReason);
      throw error;
    }
  }

  const ended = await Promise.allSettled(Array.from({ length: lanes }, () => lane(false)));
  for (const each of ended) if (each.status === "rejected") throw each.reason;
  await lane(true);
  return end;
}

async function attempt(index: number, work: TakeWork, ports: WorkPorts): Promise<SettledOutcome> {
  const { take, progress, stop, meter } = work;
  const { run, token } = take;
  const unit = progress.batch().units[index];
  const report = unit === undefined ? undefined : findReport(unit.report, run.definitions);
  if (unit === undefined || report === undefined) {
    const error = `there is no report ${unit?.report}`;
    return { kind: "failed", final: true, error, notBeforeMs: 0 };
  }
  try {
    const askedMs = ports.clock.nowMs();
    const outcome = await fetchUnit(
      {
        unit: { siteUrl: run.siteUrl, report: unit.report, date: unit.date },
        report,
        runId: run.runId,
        token,
      },
      { ports, scopesNow: () => ports.scopesOf(run), meter, signal: stop.signal },
    );
    if (outcome.kind !== "denied") return outcome;
    return await settleDenial(unit, { error: outcome.error, askedMs }, work, ports);
  } catch (error) {
    if (stop.signal.aborted) return { kind: "aborted" };
    if (isOutage(error)) return deferredByOutage(error, ports.clock);
    return { kind: "failed", final: false, error: String(error), notBeforeMs: 0 };
  }
}

/**
 * Applies the attempt to the unit, and publishes its event first: once the batch item holds a unit as
 * settled, no take looks at it again. When the bus is away the unit stays as it was, and the next
 * take finds it in the unit records. A run that must stop is halted before the batch changes: siblings
 * may write the batch at any moment.
 */
async function settle(
  index: number,
  outcome: SettledOutcome,
  work: TakeWork,
  ports: WorkPorts,
): Promise<SettledOutcome> {
  const { take, progress } = work;
  const before = progress.batch().units[index];
  if (before === undefined) return outcome;
  const after = applyUnitOutcome(before, outcome, ports.clock);
  const event = eventAfter(take.run, after, outcome);
  try {
    if (event !== null) await ports.eventBus.publish([event]);
  } catch (error) {
    if (!isOutage(error)) throw error;
    const deferred = deferredByOutage(error, ports.clock);
    progress.changeUnit(index, (unit) => applyUnitOutcome(unit, deferred, ports.clock));
    return deferred;
  }
  const halt = haltAfter(take.run, after, outcome);
  if (halt !== null && (await haltTake(halt, work, ports)) === "lost") return { kind: "aborted" };
  progress.changeUnit(index, () => after);
  return outcome;
}

function haltAfter(run: Run, after: BatchUnit, outcome: SettledOutcome): RunHalt | null {
  if (outcome.kind === "fatal") return { reason: outcome.error, endsAs: "failed" };
  return haltOnFailure(run, after);
}

function eventAfter(run: Run, after: BatchUnit, outcome: SettledOutcome): UnitEvent | null {
  if (outcome.kind === "done") return unitCompleteEvent(run, after, outcome.record);
  return after.status === "failed" ? unitFailedEvent(run, after) : null;
}

/** After this long a take begins no further unit, so that a batch's duration stays under 5 s. */
const timeSliceMs = 4_000;
const targetMs = 4_500;

/** Whether a take that began `elapsedMs` ago may begin another unit. */
export function mayBeginUnit(elapsedMs: number, longestUnitMs: number): boolean {
  return elapsedMs < Math.min(timeSliceMs, targetMs - longestUnitMs);
}
