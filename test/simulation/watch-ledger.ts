import { type Batch, isSettled } from "../../shared/ledger/batch.ts";
import type { Ledger } from "../../shared/ledger/ledger.ts";
import {
  batchIdAt,
  inFlightCount,
  isDrained,
  isEnded,
  queueSize,
  type Run,
} from "../../shared/ledger/run.ts";
import type { Settings } from "../../shared/ledger/settings.ts";
import { type Coverage, count, movesOf } from "./coverage.ts";
import { watchWorkerSlots } from "./watch-worker-slots.ts";

/** Clocks lie within this of the true time on either side. */
const skewMs = 1_000;

/** What a run may fail for: nothing that passes by itself. */
const failsFor = /credentials|token|the ledger has lost batch|is being synced by run/;

/**
 * The ledger with an eye on each of its writes: what must hold at every instant is judged there and
 * then. `violated` hears of what does not.
 */
export function watchLedger(
  ledger: Ledger,
  options: {
    readonly nowMs: () => number;
    readonly coverage: Coverage;
    /** As they are before anybody changes them. */
    readonly settings: Settings;
    /** A dispatcher, or a take, may act on settings that were changed so long ago. */
    readonly settingsLagMs: () => number;
    /** Whether each take must have a slot. */
    readonly countsTakes: boolean;
    /** Whether a take may have lost its slot: it died, stood still or was not heard. */
    readonly slotsMayRunOut: () => boolean;
    readonly violated: (what: string) => void;
    /** Hears of each run as it is when an execution, or somebody in its stead, ends it. */
    readonly ended?: ((run: Run) => void) | undefined;
    readonly log?: ((line: string) => void) | undefined;
  },
): Ledger {
  const { nowMs, coverage, violated, log } = options;
  /** Each until the next one was written. */
  const settingsWritten: WrittenSettings[] = [{ settings: options.settings, untilMs: null }];
  const batches = new Map<string, Batch>();
  /** The newest take that each batch has had. */
  const newestTakes = new Map<string, number>();
  /** Runs that were never halted, and must be before a failure is written. */
  const haltOnFailure = new Set<string>();
  const haltedOnce = new Set<string>();
  const startedRuns = new Set<string>();
  const slotWatch = watchWorkerSlots({
    ...{ nowMs, skewMs, coverage, violated },
    mayRunOut: options.slotsMayRunOut,
  });
  const keyOf = ({ runId, batchId }: Pick<Batch, "runId" | "batchId">) => `${runId} ${batchId}`;

  /** Those that somebody who writes now may have read. */
  function settingsInEffect(): readonly Settings[] {
    const oldestMs = nowMs() - options.settingsLagMs();
    return settingsWritten
      .filter(({ untilMs }) => untilMs === null || untilMs >= oldestMs)
      .map(({ settings }) => settings);
  }

  function judgeRun(before: Run, after: Run): void {
    const moves = movesOf(before, after);
    for (const move of moves) count(coverage.transitions, move);
    if (moves.length > 0) log?.(`ledger ${after.runId}: ${moves.join(", ")}`);
    for (const fault of limitFaults(after)) violated(fault);
    for (const fault of placeFaults(after)) violated(fault);
    for (const fault of settingFaults(before, after, settingsInEffect())) violated(fault);
    for (const batchId of placesOf(before)) {
      if (placesOf(after).includes(batchId)) continue;
      const batch = batches.get(keyOf({ runId: after.runId, batchId }));
      if (batch === undefined || !isSettled(batch)) {
        violated(`${batchId} left the run before its units were settled`);
      }
    }
    for (const [batchId, was] of Object.entries(before.inFlight)) {
      const is = after.inFlight[batchId];
      if (is === undefined || is.token === was.token) continue;
      if (is.token > 0 && is.token < was.token)
        violated(`${batchId} went from a newer take to an older one`);
      if (was.token > 0 && was.untilMs > nowMs() + skewMs) {
        violated(`${batchId} was taken away though its lease had ${was.untilMs - nowMs()} ms left`);
      }
    }
    for (const [batchId, { token }] of Object.entries(after.inFlight)) {
      if (token === 0 || before.inFlight[batchId]?.token === token) continue;
      const key = keyOf({ runId: after.runId, batchId });
      const newest = newestTakes.get(key) ?? 0;
      if (token <= newest) violated(`${batchId} was taken with ${token} after ${newest}`);
      newestTakes.set(key, Math.max(newest, token));
      if (options.countsTakes) slotWatch.began(after.runId, batchId);
    }
    if (after.status === "running") startedRuns.add(after.runId);
    // A failure may be written after the halt that it caused, and even after the resume.
    if (after.haltedAtMs !== null || isEnded(after.status)) haltedOnce.add(after.runId);
    if (after.haltOnFailure && !haltedOnce.has(after.runId)) haltOnFailure.add(after.runId);
    else haltOnFailure.delete(after.runId);
    judgeEnd(before, after);
  }

  function judgeEnd(before: Run, after: Run): void {
    if (!isEnded(after.status) || isEnded(before.status)) return;
    options.ended?.(after);
    if (inFlightCount(after) > 0) violated(`${after.runId} ended with batches in flight`);
    if (after.status === "failed" && !failsFor.test(after.reason ?? "")) {
      violated(`${after.runId} failed for ${after.reason}`);
    }
    if (after.status !== "complete" && after.status !== "completed_with_failures") return;
    if (!isDrained(after)) violated(`${after.runId} is ${after.status} and not drained`);
    const units = [...batches.values()]
      .filter(({ runId }) => runId === after.runId)
      .flatMap((batch) => batch.units);
    const failed = units.filter(({ status }) => status === "failed").length;
    const done = units.filter(({ status }) => status === "done").length;
    if (done + failed !== after.plannedUnits) violated(`${after.runId} lost units`);
    if (failed > 0 !== (after.status === "completed_with_failures")) {
      violated(`${after.runId} is ${after.status} with ${failed} failed units`);
    }
  }

  /** Until a run starts, its plan may be made again, and days may have become final meanwhile. */
  function judgePlan(plan: readonly Batch[]): void {
    for (const batch of plan) {
      const before = batches.get(keyOf(batch));
      if (startedRuns.has(batch.runId)) violated(`${batch.batchId} was planned after the start`);
      if (before !== undefined && batch.token < before.token) {
        violated(`${batch.batchId} was planned over a newer take`);
      }
    }
    const runIds = new Set(plan.map(({ runId }) => runId));
    for (const [key, { runId }] of batches) if (runIds.has(runId)) batches.delete(key);
    for (const batch of plan) batches.set(keyOf(batch), batch);
  }

  function judgeBatch(batch: Batch): void {
    const before = batches.get(keyOf(batch));
    batches.set(keyOf(batch), batch);
    if (before === undefined) return;
    if (batch.token < before.token) violated(`${batch.batchId} was written by an older take`);
    for (const [index, was] of before.units.entries()) {
      const is = batch.units[index];
      if (is === undefined) violated(`${batch.batchId} lost a unit`);
      else if (
        was.status === "pending" &&
        is.status === "failed" &&
        haltOnFailure.has(batch.runId)
      ) {
        violated(`${was.date} of ${batch.batchId} failed, and the run was not halted first`);
      } else if (was.status !== "pending" && is.status === "pending") {
        violated(`${was.date} of ${batch.batchId} was ${was.status} and is pending again`);
      } else if (is.attempts < was.attempts && is.status !== "done") {
        violated(`${was.date} of ${batch.batchId} lost an attempt`);
      }
    }
    for (const [token, was] of Object.entries(before.takes)) {
      const is = batch.takes[token];
      const added = is === undefined && (batch.earlier?.count ?? 0) > (before.earlier?.count ?? 0);
      if (!added && (is === undefined || is.requests < was.requests)) {
        violated(`${batch.batchId} lost figures of take ${token}`);
      }
    }
  }

  return {
    ...ledger,
    async changeSettings(change) {
      const settings = await ledger.changeSettings(change);
      const last = settingsWritten.at(-1);
      if (last !== undefined) last.untilMs = nowMs();
      settingsWritten.push({ settings, untilMs: null });
      return settings;
    },
    changeRun(runId, transition) {
      return ledger.changeRun(runId, (run) => {
        const decision = transition(run);
        if (decision.run !== null) judgeRun(run, decision.run);
        return decision;
      });
    },
    changeWorkerSlots(decide) {
      return ledger.changeWorkerSlots((before) => {
        const after = decide(before);
        const levers = settingsInEffect().map(({ lever }) => lever);
        // Whoever leaves wants nothing of an empty stage either.
        slotWatch.decided({ before, after, wanted: decide({}) !== null }, levers);
        return after;
      });
    },
    async putBatches(plan) {
      const answer = await ledger.putBatches(plan);
      if (answer === "saved") judgePlan(plan);
      return answer;
    },
    async saveBatch(batch) {
      const answer = await ledger.saveBatch(batch);
      if (answer === "saved") judgeBatch(batch);
      return answer;
    },
  };
}

function limitFaults(run: Run): readonly string[] {
  const faults: string[] = [];
  const inFlight = inFlightCount(run);
  if (inFlight > run.maxInFlight) faults.push(`${inFlight} in flight of ${run.maxInFlight}`);
  if (run.concurrency === 1 && inFlight > 1) faults.push(`${inFlight} in flight of one worker`);
  const held = queueSize(run) + inFlight;
  if (held > run.maxQueueSize) faults.push(`${held} queued and in flight of ${run.maxQueueSize}`);
  if (run.next > run.admitted || run.admitted > run.batches)
    faults.push("the plan's cursors cross");
  return faults;
}

type WrittenSettings = { readonly settings: Settings; untilMs: number | null };

/** What a send or an admission must keep, of the settings that its dispatcher may have read. */
function settingFaults(before: Run, after: Run, inEffect: readonly Settings[]): readonly string[] {
  const faults: string[] = [];
  const inFlight = inFlightCount(after);
  const sends = Object.entries(after.inFlight).some(
    ([batchId, hold]) => hold.token === 0 && hold.untilMs !== before.inFlight[batchId]?.untilMs,
  );
  const mostInFlight = Math.max(...inEffect.map((settings) => ringsAllowed(after, settings)));
  if (sends && inFlight > mostInFlight) {
    faults.push(`sent to ${inFlight} in flight where the settings allow ${mostInFlight}`);
  }
  const held = queueSize(after) + inFlight;
  const mostHeld = Math.max(...inEffect.map((settings) => settings.queueSize ?? held));
  if (after.admitted > before.admitted && held > mostHeld) {
    faults.push(`admitted to ${held} queued and in flight where the settings allow ${mostHeld}`);
  }
  return faults;
}

/** DESIGN §4: the run's workers and two more, one at lever 1, none at lever 0. */
function ringsAllowed(run: Run, { lever, inFlight }: Settings): number {
  const workers = Math.min(run.concurrency, lever);
  return Math.min(workers <= 1 ? workers : workers + 2, run.maxInFlight, inFlight ?? workers + 2);
}

/** A batch is in one place at most, and none that was not reached is in the queue. */
function placeFaults(run: Run): readonly string[] {
  const places = placesOf(run);
  const faults: string[] = [];
  if (new Set(places).size !== places.length) faults.push(`a batch is twice in ${places}`);
  if (places.some((batchId) => batchId >= batchIdAt(run.next))) {
    faults.push(`a batch was put back before it was sent: ${places}`);
  }
  return faults;
}

function placesOf(run: Run): readonly string[] {
  return [...run.returned.map(({ batchId }) => batchId), ...Object.keys(run.inFlight)];
}
