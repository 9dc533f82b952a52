import { EventBusError } from "../../shared/events/event-bus.ts";
import type { Ledger } from "../../shared/ledger/ledger.ts";
import { LedgerError } from "../../shared/ledger/ledger-error.ts";
import type { Clock } from "../../shared/lib/clock.ts";
import { QuotaError } from "../../shared/quota/quota.ts";
import { quotaScopes } from "../../shared/quota/scopes.ts";
import type { QuotaWindow } from "../../shared/quota/window.ts";
import type { PacificDate } from "../../shared/request/pacific-date.ts";
import { RowStoreError } from "../../shared/rows/row-store-error.ts";
import type { SearchConsole } from "../../shared/search-console/search-console.ts";
import type { WorkPorts } from "../../shared/sync/fetch/fetch-ports.ts";
import type { PageMemoryBudget } from "../../shared/sync/fetch/page-memory-budget.ts";
import { intercept } from "../support/fakes/intercept.ts";
import type { MemoryEventBus } from "../support/fakes/memory-event-bus.ts";
import { failure } from "../support/fakes/scripted-search-console.ts";
import { createMemoryQuota } from "../support/stores/memory-quota.ts";
import { type MemoryRows, memoryRowStore } from "../support/stores/memory-row-store.ts";
import type { Dice } from "./dice.ts";
import type { FaultKind, Faults } from "./faults.ts";
import type { Scenario } from "./scenario.ts";
import type { Process, Scheduler } from "./scheduler.ts";
import type { SimulatedSearchConsole } from "./simulated-search-console.ts";

/** What all processes share. */
export type Stores = {
  readonly ledger: Ledger;
  readonly rows: MemoryRows;
  readonly windows: Map<string, QuotaWindow>;
  readonly google: SimulatedSearchConsole;
  readonly eventBus: MemoryEventBus;
};

export type World = {
  readonly dice: Dice;
  readonly faults: Faults;
  readonly scenario: Scenario;
  readonly scheduler: Scheduler;
  readonly stores: Stores;
  /** Until when a store answers nobody, by its port's name. */
  readonly outages: Map<string, number>;
  /** A process's own, for its pages. */
  openRoom(): PageMemoryBudget;
  /** A request reaches Google. */
  arrived(process: Process, date: PacificDate): Promise<void>;
};

/** So short that runs which follow one another sweep what the earlier ones have left. */
const simulatedGraceMs = 30_000;

/** The project whose quota the runs count in. */
export const projectId = "simulation";

/**
 * The ports of one process. Each call waits for its turn before it takes effect, and often again
 * before its answer is heard; at each turn the process may die or stand still, and each call may
 * fail with or without effect.
 */
export function simulatedPorts(process: Process, world: World): WorkPorts {
  const { dice, faults, scenario, scheduler, stores } = world;
  const clock = clockOf(process, world);
  const rows = memoryRowStore(stores.rows, {
    graceMs: simulatedGraceMs,
    async step(access) {
      await scheduler.turn(process, `rows: ${access}`);
      const dawdles = access === "a reader's" && faults.strikes("slow-reader");
      if (dawdles) await scheduler.sleep(process, dice.between(1_000, 3 * simulatedGraceMs));
    },
  });
  const quota = createMemoryQuota(clock, stores.windows);
  return {
    ledger: throughTurns("ledger", racingLedger(process, world), process, world, {
      outage: "ledger-outage",
      longestOutageMs: 20_000,
      before: "ledger-fault",
      after: "ledger-answer-lost",
      error: () => new LedgerError("unreachable", "the ledger did not answer"),
    }),
    rows: {
      ...throughTurns("rows", rows, process, world, {
        outage: "store-outage",
        before: "store-fault",
        after: "store-answer-lost",
        error: () => new RowStoreError(dice.pick(["unavailable", "contention", "refused"]), "away"),
        away: () => new RowStoreError("unavailable", "away"),
      }),
      // A stream takes its turns itself.
      streamRows: rows.streamRows,
    },
    quota: throughTurns("quota", quota, process, world, {
      outage: "quota-outage",
      before: "quota-fault",
      after: "quota-fault",
      error: () => new QuotaError("away", { code: "store-failed" }),
    }),
    eventBus: throughTurns("events", stores.eventBus, process, world, {
      outage: "event-outage",
      before: "event-fault",
      after: "event-answer-lost",
      error: () => new EventBusError("the event bus is away"),
    }),
    searchConsole: searchConsoleOf(process, clock, world),
    paging: scenario.paging,
    pageMemoryBudget: world.openRoom(),
    clock,
    scopesOf: ({ siteUrl, accountId, qpm }) =>
      quotaScopes({ siteUrl, accountId, projectId, qpm: qpm ?? undefined }),
    memoryMb: () => 100,
    unitsAtOnce: scenario.lanes,
    countsTakes: scenario.countsTakes,
  };
}

function clockOf(process: Process, { dice, scheduler }: World): Clock {
  return {
    nowMs: () => scheduler.nowMs() + process.clockOffsetMs,
    random: () => dice.next(),
    sleep: (ms, signal) => scheduler.sleep(process, ms * process.drowsiness, signal),
  };
}

type Failing = {
  /** Nobody is answered for a while. */
  readonly outage: FaultKind;
  readonly longestOutageMs?: number;
  readonly before: FaultKind;
  readonly after: FaultKind;
  readonly error: () => Error;
  /** What an outage says; absent: the same. */
  readonly away?: () => Error;
};

function throughTurns<Port extends object>(
  name: string,
  port: Port,
  process: Process,
  { dice, faults, scheduler, outages }: World,
  failing: Failing,
): Port {
  const { outage, longestOutageMs = 240_000 } = failing;
  return intercept(name, port, async ({ method }, make) => {
    const label = `${name}.${method}`;
    await scheduler.turn(process, label);
    if (faults.strikes(outage)) {
      outages.set(name, scheduler.nowMs() + dice.between(2_000, longestOutageMs));
    }
    if (scheduler.nowMs() < (outages.get(name) ?? 0)) {
      await scheduler.sleep(process, dice.between(10, 1_000));
      throw failing.away?.() ?? failing.error();
    }
    if (faults.strikes(failing.before)) throw failing.error();
    const answer = await make();
    const slow = faults.strikes("slow-answer");
    if (slow) await scheduler.sleep(process, dice.between(50, 1_500));
    if (slow || dice.chance(0.3)) await scheduler.turn(process, `${label} has taken effect`);
    if (faults.strikes(failing.after)) throw failing.error();
    return answer;
  });
}

/**
 * A change of the run item reads, decides and writes on condition: others may get in between, and
 * then it is decided again; or its write got through unheard, is repeated after others' writes, and
 * is decided once more on what it did itself.
 */
function racingLedger(process: Process, { faults, scheduler, stores }: World): Ledger {
  const { ledger } = stores;
  return {
    ...ledger,
    async changeRun(runId, transition) {
      if (faults.strikes("lost-race")) {
        const read = await ledger.readRun(runId);
        if (read !== undefined) transition(read);
        await scheduler.turn(process, "ledger.changeRun has read");
      }
      const changed = await ledger.changeRun(runId, transition);
      if (!faults.strikes("repeated-write")) return changed;
      await scheduler.turn(process, "ledger.changeRun was not heard");
      const now = await ledger.readRun(runId);
      // Nobody has written since: it finds its own change.
      return now === changed?.run ? changed : ledger.changeRun(runId, transition);
    },
  };
}

/** A pause this long after the grant and the request is beyond what a limiter can hold. */
const lateMs = 500;

function searchConsoleOf(
  process: Process,
  clock: Clock,
  { dice, faults, scheduler, stores, arrived }: World,
): SearchConsole {
  return {
    async fetchPage(request, signal) {
      const asked = scheduler.nowMs();
      await scheduler.turn(process, `google.fetchPage ${request.date} ${request.startRow}`);
      const atMs = scheduler.nowMs();
      const late = atMs - asked > lateMs;
      await arrived(process, request.date);
      if (process.dead) return new Promise<never>(() => {});
      const answer = stores.google.answer(request, { atMs, by: process.name, late });
      await clock.sleep(
        faults.strikes("google-slow") ? dice.between(1_000, 20_000) : dice.between(20, 400),
        signal,
      );
      if (signal.aborted) throw failure({ kind: "aborted" });
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
}
