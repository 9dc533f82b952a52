import { newBatch } from "../../ledger/batch.ts";
import type { Ledger } from "../../ledger/ledger.ts";
import { lockProperty, releaseProperty } from "../../ledger/property-lock.ts";
import { batchIdAt, isEnded, type Run } from "../../ledger/run.ts";
import { defaultInFlight, defaultQueueSize, type Settings } from "../../ledger/settings.ts";
import { startRun } from "../../ledger/transitions/start-run.ts";
import { findReport } from "../../request/find-report.ts";
import { pacificDateAt } from "../../request/pacific-date.ts";
import { InvalidRequestError, parseRunRequest } from "../../request/parse-run-request.ts";
import { oldestDateOf } from "../../request/report-faults.ts";
import { type RunRequest, runIdOf } from "../../request/run-request.ts";
import type { Unit } from "../../request/unit.ts";
import { isFinal } from "../../rows/finality.ts";
import type { RowStore } from "../../rows/row-store.ts";
import { eventsOfPlanning } from "../execution-events.ts";
import { planUnits, splitIntoBatches, type UnitPlan } from "./plan-units.ts";
import { storedShapeFaults } from "./stored-shapes.ts";

export type PlannedRun = {
  readonly runId: string;
  /** Events of the execution's history so far. */
  readonly events: number;
};

/**
 * Begins a run, or goes on with the one that the request names. Safe to repeat at any point: a run
 * that is still planned is planned again, one that has started is left alone.
 * @throws InvalidRequestError, PropertyBusyError
 */
export async function planRun(
  input: { readonly request: unknown; readonly executionName: string },
  ports: { readonly ledger: Ledger; readonly rows: RowStore; readonly nowMs: () => number },
): Promise<PlannedRun> {
  const { ledger, rows, nowMs } = ports;
  const runId = runIdOf(input.request) ?? input.executionName;
  const planned: PlannedRun = { runId, events: eventsOfPlanning };
  let run = await ledger.readRun(runId);
  if (run === undefined) {
    const request = parseRunRequest(input.request, nowMs());
    const mixed = await storedShapeFaults(request, rows, nowMs());
    if (mixed.length > 0) throw new InvalidRequestError(mixed);
    const names = { runId, execution: input.executionName };
    run = newRun(request, await ledger.readSettings(), names, nowMs());
    // Started twice at once, the other planner's run is the one.
    if ((await ledger.createRun(run)) === "exists") run = (await ledger.readRun(runId)) ?? run;
  }
  // A planner that was thought dead must not plan for the execution that went on without it.
  if (run.status !== "planned" || run.execution !== input.executionName) return planned;

  await lockProperty(run, ledger, nowMs());
  const token = await ledger.nextToken(run.siteUrl, nowMs());
  // A worker or planner that starts from here on has a newer token; what was done before is read here.
  // A planner that was suspended until now must not overwrite what was done meanwhile.
  const current = (await ledger.readRun(runId)) ?? run;
  if (current.status !== "planned" || current.execution !== input.executionName) {
    if (isEnded(current.status)) await releaseProperty(current, ledger);
    return planned;
  }
  const plan = await planUnitsOf(run, rows, nowMs());
  const batches = splitIntoBatches(plan.units, run).map((units, index) =>
    newBatch(runId, batchIdAt(index), units, token),
  );
  if ((await ledger.putBatches(batches)) === "lost") return planned;
  await ledger.changeRun(runId, (current) =>
    startRun(
      current,
      {
        batches: batches.length,
        plannedUnits: plan.units.length,
        skippedUnits: plan.skipped,
      },
      input.executionName,
      nowMs(),
    ),
  );
  return planned;
}

/** What a run would fetch and skip, as the row store stands. */
export async function planUnitsOf(
  run: Pick<Run, "siteUrl" | "reports" | "definitions" | "from" | "to" | "force">,
  rows: RowStore,
  nowMs: number,
): Promise<UnitPlan> {
  const records = await rows.readUnits({
    siteUrl: run.siteUrl,
    from: run.from,
    to: pacificDateAt(nowMs),
    reports: run.reports,
  });
  const byUnit = new Map(records.map((record) => [`${record.report} ${record.date}`, record]));
  const byReport = Map.groupBy(records, (record) => record.report);
  const isKept = (unit: Unit) => {
    const oldest = oldestDateOf(findReport(unit.report, run.definitions), nowMs);
    return oldest === undefined || unit.date >= oldest;
  };
  return planUnits({ ...run, isKept }, (unit: Unit) => {
    const record = byUnit.get(`${unit.report} ${unit.date}`);
    return record !== undefined && isFinal(record, byReport.get(unit.report) ?? []);
  });
}

function newRun(
  request: RunRequest,
  settings: Settings,
  names: { readonly runId: string; readonly execution: string },
  nowMs: number,
): Run {
  const definitions = (request.definitions ?? []).filter(({ id }) => request.reports.includes(id));
  return {
    ...names,
    siteUrl: request.siteUrl,
    accountId: request.accountId,
    from: request.from,
    to: request.to,
    reports: [...new Set(request.reports)],
    ...(definitions.length === 0 ? {} : { definitions }),
    force: request.force,
    keepAutoSync: request.keepAutoSync,
    haltOnFailure: request.haltOnFailure,
    qpm: request.qpm ?? null,
    concurrency: request.concurrency,
    batchSize: request.batchSize,
    maxQueueSize: request.maxQueueSize ?? settings.queueSize ?? defaultQueueSize,
    maxInFlight: request.maxInFlight ?? settings.inFlight ?? defaultInFlight,
    predecessor: null,
    endTold: null,
    status: "planned",
    reason: null,
    haltsAs: null,
    plannedUnits: 0,
    skippedUnits: 0,
    batches: 0,
    admitted: 0,
    next: 0,
    returned: [],
    inFlight: {},
    queuePeak: 0,
    inFlightPeak: 0,
    waitingUntilMs: null,
    startedAtMs: nowMs,
    updatedAtMs: nowMs,
    endedAtMs: null,
    haltedAtMs: null,
    activeMs: 0,
    activeSinceMs: null,
  };
}
