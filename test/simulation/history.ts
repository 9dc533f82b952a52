import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isEnded, type Run } from "../../shared/ledger/run.ts";
import { readRunBatches } from "../../shared/ledger/run-batches.ts";
import { summariseRun } from "../../shared/ledger/run-summary.ts";
import { quotaScopes } from "../../shared/quota/scopes.ts";
import { findReport } from "../../shared/request/find-report.ts";
import { addDays, type PacificDate } from "../../shared/request/pacific-date.ts";
import type { RunRequestInput } from "../../shared/request/run-request.ts";
import { keyedRows } from "../../shared/rows/keyed-rows.ts";
import { generationGraceMs, type RowStore } from "../../shared/rows/row-store.ts";
import { reconcileRuns } from "../../shared/sync/end/reconcile-runs.ts";
import {
  createPageMemoryBudget,
  type PageMemoryBudget,
} from "../../shared/sync/fetch/page-memory-budget.ts";
import { memoryEventBus } from "../support/fakes/memory-event-bus.ts";
import { pacific } from "../support/samples/pacific.ts";
import { sampleRecord } from "../support/samples/row-samples.ts";
import { memoryLedger } from "../support/stores/memory-ledger.ts";
import { memoryRowStore } from "../support/stores/memory-row-store.ts";
import { type Coverage, count, newCoverage } from "./coverage.ts";
import { dice as diceOf } from "./dice.ts";
import { eventFaults } from "./event-faults.ts";
import { drawFaults, type FaultKind, type Faults, noFaults } from "./faults.ts";
import { operate } from "./operator.ts";
import type { Bug } from "./planted-bugs.ts";
import { drawScenario, type Scenario } from "./scenario.ts";
import { type Fate, type Process, scheduler as schedulerOf } from "./scheduler.ts";
import { projectId, type Stores, type World } from "./simulated-ports.ts";
import { type Arrival, simulatedSearchConsole } from "./simulated-search-console.ts";
import { simulatedStage } from "./simulated-stage.ts";
import { parseMachine } from "./state-machine.ts";
import { watchLedger } from "./watch-ledger.ts";
import { watchRoom } from "./watch-room.ts";

export type History = {
  readonly seed: number;
  /** What did not hold; empty: everything did. */
  readonly violations: readonly string[];
  readonly steps: number;
  /** Virtual time that it took. */
  readonly durationMs: number;
  readonly struck: ReadonlyMap<FaultKind, number>;
  readonly coverage: Coverage;
  readonly scenario: Scenario;
  /** Page requests as they arrived, `date startRow`. */
  readonly requests: readonly string[];
  /** Visible rows at the end, as text. */
  readonly visible: readonly string[];
};

export type HistoryOptions = {
  /** Nothing goes wrong. */
  readonly faultless?: boolean;
  readonly concurrency?: number;
  readonly lever?: number;
  /** Whether the same backfill comes once more. */
  readonly again?: boolean;
  readonly bug?: Bug | undefined;
  readonly log?: ((line: string) => void) | undefined;
};

const machine = parseMachine(
  JSON.parse(readFileSync(join(import.meta.dirname, "sync-state-machine.json"), "utf8")),
);

const startMs = Date.parse("2026-04-01T12:00:00Z");
const siteUrl = "sc-domain:example.com";
const accountId = "default";
const firstDate = pacific("2026-03-01");
const runId = "run-1";
const againId = "run-2";

/** A history longer than this is stuck: a day's quota may be waited for, no more. */
const longestMs = 3 * 86_400_000;
const mostSteps = 60_000;

/** Whoever stands still is back after this, also when all is over. */
const longestPauseMs = 120_000;

/** A pass of the dispatcher, from its look at the settings to its send, slow answers included. */
const passMs = 15_000;

/** One history, from its seed to its end; the same seed is the same history. */
export async function runHistory(seed: number, options: HistoryOptions = {}): Promise<History> {
  const dice = diceOf(seed);
  const drawn = drawScenario(dice);
  const { concurrency = drawn.concurrency, lever = drawn.lever, again = drawn.again } = options;
  // A halt by a unit that Google refuses takes other units back in their middle.
  const haltOnFailure = drawn.haltOnFailure && options.faultless !== true;
  const scenario = { ...drawn, concurrency, lever, again, haltOnFailure };
  const faults = options.faultless ? noFaults() : drawFaults(dice);
  const coverage = newCoverage();
  const violations = new Set<string>();
  const calmAtMs = startMs + scenario.calmAfterMs;
  let endedAtMs = Number.POSITIVE_INFINITY;

  const log = options.log && ((line: string) => options.log?.(`${clockText()} ${line}`));
  const scheduler = schedulerOf({ dice, startMs, fate: fateOf(faults, coverage, dice, log), log });
  const clockText = () => ((scheduler.nowMs() - startMs) / 1_000).toFixed(3).padStart(9);
  const google = simulatedSearchConsole(scenario, firstDate, { dice, faults });
  const hasStruck = (kind: FaultKind) => faults.struck.has(kind);
  const violated = (what: string) => {
    if (violations.size < 10) violations.add(what);
    log?.(`VIOLATION ${what}`);
  };
  const { bug } = options;
  const stores: Stores = {
    ledger: memoryLedger({ lever }),
    rows: new Map(),
    windows: new Map(),
    google,
    eventBus: memoryEventBus(),
  };
  const { ledger: stored } = bug?.stores?.(stores) ?? stores;
  const ledger = watchLedger(stored, {
    nowMs: () => scheduler.nowMs(),
    coverage,
    settings: { lever },
    settingsLagMs: () => passMs + (faults.struck.has("pause") ? longestPauseMs : 0),
    countsTakes: scenario.countsTakes,
    slotsMayRunOut: () => scenario.killerDay !== null || losesSlots.some(hasStruck),
    violated,
    ended: (run) => endings.push(run),
    log,
  });
  const endings: Run[] = [];
  const world: World = {
    dice,
    faults,
    scenario,
    scheduler,
    stores: { ...stores, ledger },
    outages: new Map(),
    openRoom,
    arrived,
  };
  log?.(`${JSON.stringify(scenario)} ${[...faults.enabled].join(" ")}`);

  if (scenario.stored) await storeEarlierRun();
  const stage = simulatedStage(machine, world, { sabotage: bug?.worker, log });
  const { to, request } = requestOf(scenario);
  stage.start(runId, request);
  void runToItsEnd();

  async function runToItsEnd(): Promise<void> {
    await operate(runId, request, stage, world, isCalm);
    if (scenario.again) {
      stage.start(againId, { ...request, force: false });
      await operate(againId, request, stage, world, isCalm);
    }
    // A rival may wait for somebody to raise it.
    await ledger.changeSettings({ lever, inFlight: null, queueSize: null });
    endedAtMs = scheduler.nowMs();
  }

  /** What a run of long ago has left; since then Google has revised it all. */
  async function storeEarlierRun(): Promise<void> {
    const store = memoryRowStore(stores.rows);
    const report = findReport("page_query");
    if (report === undefined) throw new Error("there is no such report");
    for (const date of google.truth.dates) {
      const unit = { siteUrl, report: report.id, date };
      const rows = google.truth.rows(date);
      await store.beginGeneration(unit, 1, startMs);
      await store.writeRows(unit, 1, report, keyedRows(rows));
      await store.completeUnit(
        sampleRecord(unit, 1, [rows], { runId: "run-0", fetchedAtMs: startMs - 30 * 86_400_000 }),
        startMs,
      );
    }
    google.revise();
  }

  function openRoom(): PageMemoryBudget {
    const { room = createPageMemoryBudget } = bug ?? {};
    return watchRoom(room(scenario.roomRows), scenario.roomRows, violated);
  }

  /** A worker that runs sends nothing more 5 s after a halt; of a rival's request nothing is known. */
  async function arrived(process: Process, date: PacificDate): Promise<void> {
    if (google.truth.dates.indexOf(date) === scenario.killerDay) {
      log?.(`${process.name} DIES of ${date}`);
      return process.die();
    }
    if (faults.struck.has("rival")) return;
    const run = await ledger.readRun(runId);
    const { haltedAtMs = null } = run ?? {};
    if (haltedAtMs === null || process.pausedUntilMs > haltedAtMs) return;
    const sinceMs = scheduler.nowMs() - haltedAtMs;
    if (sinceMs > haltLimitMs) violated(`${process.name} sent ${sinceMs} ms after the halt`);
  }

  /** Somebody who reads while all this goes on sees each unit whole, of one fetch. */
  async function read(): Promise<void> {
    const reader = stage.process("reader").ports;
    while (!isCalm()) {
      await reader.clock.sleep(dice.between(5_000, 40_000));
      const seen = await visibleOf(reader.rows);
      for (const [date, rows] of seen) {
        const fault = google.truth.faultOf(pacific(date), rows);
        if (fault !== null) violated(`a reader: ${fault}`);
      }
    }
  }

  function isCalm(): boolean {
    const calm = scheduler.nowMs() >= calmAtMs;
    if (calm) faults.calm();
    return calm;
  }

  void read();
  await scheduler.run(() => {
    const over = isCalm() && stage.executions().every(({ status }) => status !== "RUNNING");
    if (over && scheduler.nowMs() > endedAtMs + longestPauseMs + 20_000) return true;
    const stuck = scheduler.nowMs() - startMs > longestMs || scheduler.steps() > mostSteps;
    if (stuck) violated("the run does not come to its end");
    return stuck || violations.size > 0;
  });

  if (violations.size === 0) await judge();
  const durationMs = scheduler.nowMs() - startMs;
  return {
    seed,
    violations: [...violations],
    steps: scheduler.steps(),
    durationMs,
    struck: faults.struck,
    coverage,
    scenario,
    requests: google.arrivals.map(({ date, startRow }) => `${date} ${startRow}`),
    visible: await visibleTexts(),
  };

  async function visibleTexts(): Promise<readonly string[]> {
    const texts: string[] = [];
    const stored = memoryRowStore(world.stores.rows);
    const query = { siteUrl, from: firstDate, to };
    for await (const row of stored.streamRows(query)) texts.push(JSON.stringify(row));
    return texts;
  }

  /** What must hold when all is over. */
  async function judge(): Promise<void> {
    if (endedAtMs > scheduler.nowMs())
      violated("nobody has anything left to do, and the run has not ended");
    const rows = memoryRowStore(world.stores.rows);
    const run = await ledger.readRun(runId);
    if (run === undefined) return violated("the run is gone");
    for (const each of await ledger.listRuns(10)) {
      if (!isEnded(each.status)) violated(`${each.runId} is ${each.status} for ever`);
    }
    const batches = await readRunBatches(ledger, run);
    const records = await rows.readUnits({ siteUrl, from: firstDate, to });
    const visible = await visibleOf(rows);
    const units = batches.flatMap((batch) => batch.units);
    for (const unit of units) {
      const invalid = scenario.invalidDays.has(google.truth.dates.indexOf(unit.date));
      if (unit.status === "pending") violated(`${unit.date} is pending for ever`);
      if (unit.status === "failed" && !invalid && unit.attempts < 8) {
        violated(`${unit.date} failed after ${unit.attempts} attempts: ${unit.lastError}`);
      }
      if (unit.status === "done" && invalid) violated(`${unit.date} is done though it cannot be`);
      const fault = google.truth.faultOf(unit.date, visible.get(unit.date) ?? []);
      if (unit.status === "done" && fault !== null) violated(fault);
      const record = records.find(({ date }) => date === unit.date);
      const others = scenario.again || faults.struck.has("rival");
      const fetched = record?.runId === runId || others;
      if (unit.status === "done" && !fetched) violated(`${unit.date} is done and was not fetched`);
    }
    if (scenario.again) {
      for (const [index, date] of google.truth.dates.entries()) {
        const cannot = scenario.invalidDays.has(index) || index === scenario.killerDay;
        const fault = google.truth.faultOf(date, visible.get(date) ?? []);
        if (!cannot && fault !== null) violated(`after the same backfill again: ${fault}`);
      }
    }
    const summary = summariseRun(run, batches, scheduler.nowMs());
    if (summary.requests > google.arrivals.length) {
      violated(`${summary.requests} requests counted of ${google.arrivals.length} sent`);
    }
    for (const fault of quotaFaults()) violated(fault);
    for (const fault of orderFaults(google.arrivals, scenario.paging.pageRows)) violated(fault);
    for (const { runId: id, reason } of endings.filter(({ status }) => status === "failed")) {
      if (!mayFail.some((cause) => cause.test(reason ?? ""))) violated(`${id} failed: ${reason}`);
    }
    for (const fault of await untold()) violated(fault);
    await judgeLock(run.siteUrl);
    await judgeSweep(rows, visible);
  }

  /** Once the reconciler has looked again: who kills an execution ends its run without a word. */
  async function untold(): Promise<readonly string[]> {
    await reconcileRuns({
      ...{ ledger, eventBus: stores.eventBus },
      isWorkedOn: async ({ execution }) => stage.find(execution)?.status === "RUNNING",
      reason: () => "its execution is gone",
    });
    const settled = await Promise.all(
      (await ledger.listRuns(10)).map(async (run) => {
        const batches = await readRunBatches(ledger, run);
        return { run, units: batches.flatMap((batch) => batch.units) };
      }),
    );
    return eventFaults(stores.eventBus.events, { settled, endings });
  }

  /** Where every command and handler came to its end, ended runs hold no property. */
  async function judgeLock(property: string): Promise<void> {
    if (cutShort.some(hasStruck)) return;
    const { holders } = await ledger.readLock(property);
    for (const [holder, { untilMs }] of Object.entries(holders)) {
      if (untilMs > scheduler.nowMs()) violated(`${holder} has ended and holds the property`);
    }
  }

  async function visibleOf(rows: RowStore) {
    const visible = new Map<string, { page: string | null; clicks: number }[]>();
    for await (const { date, page, clicks } of rows.streamRows({ siteUrl, from: firstDate, to })) {
      visible.set(date, [...(visible.get(date) ?? []), { page, clicks }]);
    }
    return visible;
  }

  /** After the grace nothing is held but what is visible, and that is as it was. */
  async function judgeSweep(rows: RowStore, visible: ReadonlyMap<string, unknown[]>) {
    const nowMs = scheduler.nowMs() + 2 * generationGraceMs;
    await rows.sweepGenerations(nowMs);
    await rows.sweepGenerations(nowMs + 2 * generationGraceMs);
    const after = await visibleOf(rows);
    for (const date of google.truth.dates) {
      if (after.get(date)?.length !== visible.get(date)?.length) violated(`${date} was swept`);
    }
    for (const unit of world.stores.rows.values()) {
      const hidden = unit.generations.size - (unit.record === null ? 0 : 1);
      if (hidden > 0) violated(`${hidden} generations that nobody sees are never swept`);
    }
  }

  /** Requests that arrived within any minute, against what may be granted in one. */
  function quotaFaults(): readonly string[] {
    const scopes = quotaScopes({ siteUrl, accountId, projectId, qpm: scenario.qpm ?? undefined });
    const least = Math.min(...scopes.map(({ budget }) => budget));
    const sent = google.arrivals.filter(({ late }) => !late).map(({ atMs }) => atMs);
    let first = 0;
    for (const [index, atMs] of sent.entries()) {
      while (atMs - (sent[first] ?? atMs) >= 60_000) first += 1;
      const within = index - first + 1;
      if (within > least) return [`${within} requests within a minute, of ${least}`];
    }
    return [];
  }
}

function requestOf(scenario: Scenario) {
  const to = addDays(firstDate, scenario.days - 1);
  const request: RunRequestInput = {
    siteUrl,
    accountId,
    from: firstDate,
    to,
    concurrency: scenario.concurrency,
    batchSize: scenario.batchSize,
    maxQueueSize: scenario.maxQueueSize,
    maxInFlight: scenario.maxInFlight,
    haltOnFailure: scenario.haltOnFailure,
    force: scenario.stored,
    ...(scenario.qpm === null ? {} : { qpm: scenario.qpm }),
  };
  return { to, request };
}

/** What leaves a lock to its time. */
const cutShort: readonly FaultKind[] = [
  "handler-death",
  "operator-death",
  "ledger-fault",
  "ledger-answer-lost",
  "execution-stopped",
];

/** What leaves a slot to its time. */
const losesSlots: readonly FaultKind[] = [
  "worker-death",
  "pause",
  "ledger-fault",
  "ledger-answer-lost",
  "ledger-outage",
];

/** What a run may fail of; all else is to be waited for, or costs a unit. */
const mayFail: readonly RegExp[] = [
  /^Google says (credentials|stale-token)/,
  /^the ledger has lost batch/,
  / is being synced by run /,
];

/** DESIGN: no request starts more than 5 s after a halt. */
const haltLimitMs = 5_000;

/** A process asks for a unit's pages from row 0 on, one after the other. */
function orderFaults(arrivals: readonly Arrival[], pageRows: number): readonly string[] {
  const last = new Map<string, number>();
  return arrivals.flatMap(({ by, date, startRow }) => {
    const before = last.get(`${by} ${date}`);
    last.set(`${by} ${date}`, startRow);
    const goesOn = before !== undefined && (startRow === before || startRow === before + pageRows);
    return startRow === 0 || goesOn
      ? []
      : [`${by} asked for row ${startRow} of ${date} after ${before}`];
  });
}

const deaths: Record<string, FaultKind> = {
  "fetch-batch": "worker-death",
  "plan-run": "handler-death",
  "dispatch-batches": "handler-death",
  "finish-run": "handler-death",
  operator: "operator-death",
};

/** At each of its turns a process may die, or stand still beyond its lease. */
function fateOf(
  faults: Faults,
  coverage: Coverage,
  dice: { between(least: number, most: number): number },
  log: ((line: string) => void) | undefined,
): Fate {
  return (process, label, nowMs) => {
    const death = deaths[process.role];
    if (death === undefined) return;
    if (faults.strikes(death)) {
      process.die();
      count(coverage.crashPoints, `${process.role} at ${label.replace(/ 20.*/, "")}`);
      log?.(`${process.name} DIES at ${label}`);
    } else if (faults.strikes("pause")) {
      process.pausedUntilMs = nowMs + dice.between(5_000, longestPauseMs);
      log?.(`${process.name} STANDS STILL at ${label} until ${process.pausedUntilMs - startMs}`);
    }
  };
}
