import { type UnitEvent, unitCompleteEvent, unitFailedEvent } from "../../events/unit-event.ts";
import { type Batch, claimBatch } from "../../ledger/batch.ts";
import type { BatchMessage } from "../../ledger/batch-message.ts";
import type { Run } from "../../ledger/run.ts";
import { haltRun } from "../../ledger/transitions/halt-run.ts";
import { takeBatch } from "../../ledger/transitions/take-batch.ts";
import type { RowStore } from "../../rows/row-store.ts";
import type { UnitRecord } from "../../rows/unit-record.ts";
import { doneUnit } from "./apply-unit-outcome.ts";
import type { WorkPorts } from "./fetch-ports.ts";
import { haltOnFailure } from "./halt-on-failure.ts";
import type { Lease, Take } from "./take.ts";

export type LeaseAnswer =
  | { readonly kind: "taken"; readonly lease: Lease }
  /** An extra message, or a run that has stopped. */
  | { readonly kind: "nothing"; readonly run: Run | null };

/** Takes the batch that the message names, under a new token. */
export async function takeLease(
  message: BatchMessage,
  ports: Pick<WorkPorts, "ledger" | "clock">,
): Promise<LeaseAnswer> {
  const { runId, batchId } = message;
  const known = await ports.ledger.readRun(runId);
  if (known?.inFlight[batchId] === undefined) return { kind: "nothing", run: known ?? null };
  const { token, taken } = await takeWithNewToken(message, known.siteUrl, ports);
  if (taken?.answer !== "taken") return { kind: "nothing", run: taken?.run ?? null };
  return { kind: "taken", lease: { run: taken.run, batchId, token } };
}

/**
 * Reads what was taken, under its own token, so that nothing that an older take still writes is
 * overwritten unread. Null: a newer take has it; or the ledger has lost it, and the run is halted.
 * The unit records outrank what the batch item says of dead takes: a flipped unit has lost no
 * attempt.
 */
export async function beginTake(lease: Lease, ports: WorkPorts): Promise<Take | null> {
  const { ledger, clock } = ports;
  const { run, batchId, token } = lease;
  const { runId } = run;
  const stored = await ledger.fenceBatch(runId, batchId, token);
  if (stored === "lost") return null;
  if (stored === undefined) {
    // Nothing would ever settle it: a run that cannot end is worse than one that failed.
    const reason = `the ledger has lost batch ${batchId} of this run: run the same backfill again`;
    await ledger.changeRun(runId, (current) =>
      haltRun(current, { reason, endsAs: "failed" }, clock.nowMs()),
    );
    return null;
  }
  const records = await recordsOfRun(stored, run, ports.rows);
  const repaired = markStored(stored, records);
  const crashes = repaired.units.filter((unit) => unit.begun && unit.status === "pending").length;
  const batch = claimBatch(repaired, token, clock.nowMs(), clock.random());
  const halts = batch.units.map((unit, index) =>
    repaired.units[index]?.status === "pending" ? haltOnFailure(run, unit) : null,
  );
  const halt = halts.find((each) => each !== null) ?? null;
  const found = foundSettled(run, stored, batch, records);
  return { ...lease, batch, crashes, halt, found };
}

/** A worker that was suspended between its token and its take draws another token, once. */
async function takeWithNewToken(
  { runId, batchId }: BatchMessage,
  siteUrl: string,
  { ledger, clock }: Pick<WorkPorts, "ledger" | "clock">,
) {
  const take = async () => {
    const token = await ledger.nextToken(siteUrl, clock.nowMs());
    const taken = await ledger.changeRun(runId, (run) =>
      takeBatch(run, { batchId, token }, clock.nowMs()),
    );
    return { token, taken };
  };
  const first = await take();
  return first.taken?.answer === "stale-token" ? take() : first;
}

type RecordsByUnit = ReadonlyMap<string, UnitRecord>;

function unitKey({ report, date }: { readonly report: string; readonly date: string }): string {
  return `${report} ${date}`;
}

/** The records of the batch's units that this run has flipped. */
async function recordsOfRun(batch: Batch, run: Run, rows: RowStore): Promise<RecordsByUnit> {
  const dates = batch.units.map((unit) => unit.date).sort();
  const [from, to] = [dates[0], dates.at(-1)];
  if (from === undefined || to === undefined) return new Map();
  const records = await rows.readUnits({ siteUrl: run.siteUrl, from, to, reports: run.reports });
  return new Map(
    records
      .filter((record) => record.runId === run.runId)
      .map((record) => [unitKey(record), record]),
  );
}

/** A unit that this run has flipped is done, whatever the batch item says. */
function markStored(batch: Batch, records: RecordsByUnit): Batch {
  return {
    ...batch,
    units: batch.units.map((unit) => {
      const record = records.get(unitKey(unit));
      return record === undefined || unit.status === "done" ? unit : doneUnit(unit, record);
    }),
  };
}

/** Units that this take finds settled, unlike the batch item: they may not be published yet. */
function foundSettled(
  run: Run,
  stored: Batch,
  claimed: Batch,
  records: RecordsByUnit,
): readonly UnitEvent[] {
  return claimed.units.flatMap((unit, index) => {
    if (unit.status === "pending" || unit.status === stored.units[index]?.status) return [];
    const record = records.get(unitKey(unit));
    return [
      record === undefined ? unitFailedEvent(run, unit) : unitCompleteEvent(run, unit, record),
    ];
  });
}
