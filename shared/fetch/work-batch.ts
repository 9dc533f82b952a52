import {
  type Batch,
  type BatchUnit,
  batchDueMs,
  claimBatch,
  failAttempt,
  isSettled,
} from "../ledger/batch.ts";
import type { BatchMessage } from "../ledger/batch-message.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Run } from "../ledger/run.ts";
import { haltRun } from "../ledger/transitions/halt-run.ts";
import { returnBatch } from "../ledger/transitions/return-batch.ts";
import { submitBatch } from "../ledger/transitions/submit-batch.ts";
import { takeBatch } from "../ledger/transitions/take-batch.ts";
import { findReport } from "../plan/report.ts";
import type { QuotaScope } from "../quota/quota.ts";
import type { RowStore } from "../rows/row-store.ts";
import type { UnitRecord } from "../rows/unit-record.ts";
import { type BatchProgress, batchProgress } from "./batch-progress.ts";
import type { FetchPorts } from "./fetch-ports.ts";
import { fetchUnit, type UnitOutcome } from "./fetch-unit.ts";
import { type StopReason, watchLease } from "./lease-watch.ts";
import { mayBeginUnit } from "./slice.ts";
import { type TakeMeter, takeMeter } from "./take-meter.ts";

export type WorkPorts = FetchPorts & {
  readonly ledger: Ledger;
  /** The scopes that a run's requests count in. */
  scopesOf(run: Run): readonly QuotaScope[];
  /** The process's largest resident set, MB. */
  memoryMb(): number;
  /** Units of a batch fetched at once, off the sequential path. */
  readonly unitsAtOnce: number;
};

/** How a take ended. `nothing`: an extra message, or a run that has stopped. */
export type WorkOutcome = {
  readonly kind: "settled" | "returned" | "halted" | "lost" | "nothing";
  readonly run: Run | null;
  readonly batch: Batch | null;
  readonly token: number;
};

/**
 * A take, from the bell to its end: take the batch, fetch what is pending until the slice is over,
 * write how far it came, then submit the batch or put it back. A crash at any point leaves a lease
 * that runs out and unit records that say what is stored.
 */
export async function workBatch(message: BatchMessage, ports: WorkPorts): Promise<WorkOutcome> {
  const { ledger, clock } = ports;
  const { runId, batchId } = message;
  const known = await ledger.readRun(runId);
  if (known === undefined || known.inFlight[batchId] === undefined) return nothing(known ?? null);
  const token = await ledger.nextToken(known.siteUrl, clock.nowMs());
  const take = { runId, batchId, token };
  const taken = await ledger.changeRun(runId, (run) => takeBatch(run, take, clock.nowMs()));
  if (taken?.answer !== "taken") return nothing(taken?.run ?? null);
  const stored = await ledger.readBatch(runId, batchId);
  if (stored === undefined) return nothing(taken.run);

  const { run } = taken;
  const { lever } = await ledger.readSettings();
  const batch = claimBatch(stored, token, clock.nowMs(), clock.random());
  const progress = batchProgress(ledger, await markStored(batch, run, ports.rows));
  const stop = new AbortController();
  const ended = new AbortController();
  const watch = watchLease(ledger, take, clock, stop, ended.signal);
  const meter = takeMeter(() => clock.nowMs());
  try {
    const sequential = Math.min(run.concurrency, lever) <= 1;
    const lanes = sequential ? 1 : ports.unitsAtOnce;
    const end = await workUnits({ run, token, progress, stop, meter, lanes }, ports);
    return await endTake({ run, take, progress, stop, meter }, end, ports);
  } finally {
    ended.abort();
    await watch;
  }
}

/** A unit that this run has flipped is done, whatever the batch item heard of it. */
async function markStored(batch: Batch, run: Run, rows: RowStore): Promise<Batch> {
  const dates = batch.units.map((unit) => unit.date).sort();
  const [from, to] = [dates[0], dates.at(-1)];
  if (from === undefined || to === undefined) return batch;
  const records = await rows.readUnits({ siteUrl: run.siteUrl, from, to, reports: run.reports });
  const stored = new Map(
    records
      .filter((record) => record.runId === run.runId)
      .map((record) => [`${record.report} ${record.date}`, record]),
  );
  return {
    ...batch,
    units: batch.units.map((unit) => {
      const record = stored.get(`${unit.report} ${unit.date}`);
      return record === undefined || unit.status !== "pending" ? unit : doneUnit(unit, record);
    }),
  };
}

function doneUnit(unit: BatchUnit, record: UnitRecord): BatchUnit {
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

type Slice = {
  readonly run: Run;
  readonly token: number;
  readonly progress: BatchProgress;
  readonly stop: AbortController;
  readonly meter: TakeMeter;
  readonly lanes: number;
};

/** What the units of a slice add up to, beyond what the batch item says. */
type SliceEnd = {
  readonly deferred: { readonly untilMs: number; readonly reason: string } | null;
  readonly fatal: string | null;
};

async function workUnits(slice: Slice, ports: WorkPorts): Promise<SliceEnd> {
  const { progress, stop, meter } = slice;
  const startedAtMs = ports.clock.nowMs();
  let longestUnitMs = 0;
  // A take tries a unit once: a second try would write into the generation of the first.
  const tried = new Set<number>();
  let end: SliceEnd = { deferred: null, fatal: null };

  function pick(suspect: boolean): number | undefined {
    const nowMs = ports.clock.nowMs();
    if (stop.signal.aborted || end.deferred !== null || end.fatal !== null) return undefined;
    if (tried.size > 0 && !mayBeginUnit(nowMs - startedAtMs, longestUnitMs)) return undefined;
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

  async function work(index: number): Promise<void> {
    if ((await progress.save()) === "lost") {
      stop.abort("lost" satisfies StopReason);
      return;
    }
    const unitStartedAtMs = ports.clock.nowMs();
    meter.unitStarted();
    const outcome = await attempt(index, slice, ports).finally(() => meter.unitEnded());
    longestUnitMs = Math.max(longestUnitMs, ports.clock.nowMs() - unitStartedAtMs);
    progress.changeUnit(index, (unit) => unitAfter(unit, outcome, ports));
    if (outcome.kind === "deferred") end = { ...end, deferred: outcome };
    if (outcome.kind === "fatal") end = { ...end, fatal: outcome.error };
  }

  async function lane(suspect: boolean): Promise<void> {
    for (let index = pick(suspect); index !== undefined; index = pick(suspect)) await work(index);
  }

  await Promise.all(Array.from({ length: slice.lanes }, () => lane(false)));
  await lane(true);
  return end;
}

async function attempt(index: number, slice: Slice, ports: WorkPorts): Promise<UnitOutcome> {
  const { run, token, progress, stop, meter } = slice;
  const unit = progress.batch().units[index];
  const report = unit === undefined ? undefined : findReport(unit.report);
  if (unit === undefined || report === undefined) {
    return { kind: "failed", final: true, error: `there is no report ${unit?.report}` };
  }
  try {
    return await fetchUnit(
      {
        unit: { siteUrl: run.siteUrl, report: unit.report, date: unit.date },
        report,
        runId: run.runId,
        token,
      },
      { ports, scopes: ports.scopesOf(run), meter, signal: stop.signal },
    );
  } catch (error) {
    if (stop.signal.aborted) return { kind: "aborted" };
    return { kind: "failed", final: false, error: String(error) };
  }
}

function unitAfter(unit: BatchUnit, outcome: UnitOutcome, ports: WorkPorts): BatchUnit {
  const ended = { ...unit, begun: false };
  switch (outcome.kind) {
    case "done":
      return doneUnit(ended, outcome.record);
    case "failed":
      return outcome.final
        ? { ...ended, status: "failed", attempts: unit.attempts + 1, lastError: outcome.error }
        : failAttempt(ended, outcome.error, ports.clock.nowMs(), ports.clock.random());
    case "fatal":
      return { ...ended, lastError: outcome.error };
    case "deferred":
    case "aborted":
      return ended;
    default:
      return outcome satisfies never;
  }
}

async function endTake(
  work: {
    readonly run: Run;
    readonly take: { readonly runId: string; readonly batchId: string; readonly token: number };
    readonly progress: BatchProgress;
    readonly stop: AbortController;
    readonly meter: TakeMeter;
  },
  end: SliceEnd,
  ports: WorkPorts,
): Promise<WorkOutcome> {
  const { ledger, clock } = ports;
  const { take, progress, stop, meter } = work;
  const outcome = (kind: WorkOutcome["kind"], run: Run): WorkOutcome => ({
    kind,
    run,
    batch: progress.batch(),
    token: take.token,
  });
  if (stop.signal.reason === "lost") return outcome("lost", work.run);

  const figures = meter.figures(
    progress.batch().units.filter((unit) => unit.figures !== null).length,
    ports.memoryMb(),
  );
  if (figures.requests > 0) {
    progress.change((batch) => ({ ...batch, takes: { ...batch.takes, [take.token]: figures } }));
  }
  if ((await progress.save()) === "lost") return outcome("lost", work.run);

  if (end.fatal !== null) {
    const input = { reason: end.fatal, endsAs: "failed" } as const;
    await ledger.changeRun(take.runId, (run) => haltRun(run, input, clock.nowMs()));
  }
  const batch = progress.batch();
  if (isSettled(batch)) {
    const left = await ledger.changeRun(take.runId, (run) => submitBatch(run, take, clock.nowMs()));
    return outcome(left?.answer === "settled" ? "settled" : "lost", left?.run ?? work.run);
  }
  const notBeforeMs = Math.max(end.deferred?.untilMs ?? 0, batchDueMs(batch));
  const reason = end.deferred?.reason ?? null;
  const left = await ledger.changeRun(take.runId, (run) =>
    returnBatch(
      run,
      { ...take, notBeforeMs },
      run.status === "running" ? reason : null,
      clock.nowMs(),
    ),
  );
  const halted = stop.signal.reason === "halting" || end.fatal !== null;
  const kind = left?.answer === "lost" ? "lost" : halted ? "halted" : "returned";
  return outcome(kind, left?.run ?? work.run);
}

function nothing(run: Run | null): WorkOutcome {
  return { kind: "nothing", run, batch: null, token: 0 };
}
