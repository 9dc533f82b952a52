import { type Batch, newBatch } from "../../../shared/ledger/batch.ts";
import type { Ledger } from "../../../shared/ledger/ledger.ts";
import { batchIdAt, type Run } from "../../../shared/ledger/run.ts";
import { type RunSummary, summariseRun } from "../../../shared/ledger/run-summary.ts";
import { dispatchRun } from "../../../shared/ledger/transitions/dispatch-run.ts";
import type { Clock } from "../../../shared/lib/clock.ts";
import type { Quota, QuotaScope } from "../../../shared/quota/quota.ts";
import { quotaScopes } from "../../../shared/quota/scopes.ts";
import { addDays } from "../../../shared/request/pacific-date.ts";
import type { RowStore } from "../../../shared/rows/row-store.ts";
import { type ClosedRun, closeRun } from "../../../shared/sync/end/close-run.ts";
import type { WorkPorts } from "../../../shared/sync/fetch/fetch-ports.ts";
import type { WorkOutcome } from "../../../shared/sync/fetch/take.ts";
import { workBatch } from "../../../shared/sync/fetch/work-batch.ts";
import { fakeClock } from "../fakes/fake-clock.ts";
import { intercept, type PortCall } from "../fakes/intercept.ts";
import { type MemoryEventBus, memoryEventBus } from "../fakes/memory-event-bus.ts";
import {
  type Script,
  type ScriptedSearchConsole,
  scriptedSearchConsole,
} from "../fakes/scripted-search-console.ts";
import { aRun } from "../samples/a-run.ts";
import { memoryLedger } from "../stores/memory-ledger.ts";
import { createMemoryQuota } from "../stores/memory-quota.ts";
import { memoryRowStore } from "../stores/memory-row-store.ts";

export type SyncWorld = {
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly rows: RowStore;
  readonly quota: Quota;
  readonly scopes: readonly QuotaScope[];
  readonly searchConsole: ScriptedSearchConsole;
  readonly eventBus: MemoryEventBus;
  readonly ports: WorkPorts;
  /** Calls of ledger, rows, quota, event bus and Search Console through `ports`, in order. */
  readonly calls: readonly PortCall[];
  /** A running run with batches of so many units each, on consecutive days. */
  start(unitsOfBatches: readonly number[], changes?: Partial<Run>): Promise<void>;
  /** One pass of the dispatcher: the batches that it sends. */
  send(): Promise<readonly string[]>;
  work(index: number, ports?: WorkPorts): Promise<WorkOutcome>;
  /** Dispatches and works until the run has ended. `worker` answers the bell. */
  finish(worker?: (batchId: string) => Promise<unknown>): Promise<ClosedRun>;
  run(): Promise<Run>;
  batch(index: number): Promise<Batch>;
  summary(): Promise<RunSummary>;
  /** Visible rows as `date page`, sorted. */
  visible(): Promise<readonly string[]>;
};

export const firstDate = aRun().from;
export const runId = aRun().runId;

export function dateAt(index: number): string {
  return addDays(firstDate, index);
}

/** The pipeline in memory and virtual time: what a stage does, less its servers. */
export function syncWorld(
  options: Script & { readonly unitsAtOnce?: number; readonly lever?: number } = {},
): SyncWorld {
  const lever = options.lever ?? 5;
  const clock = fakeClock();
  const ledger = memoryLedger({ lever });
  const rows = memoryRowStore();
  const quota = createMemoryQuota(clock);
  const searchConsole = scriptedSearchConsole(clock, options);
  const eventBus = memoryEventBus();
  const { siteUrl, accountId } = aRun();
  const scopes = quotaScopes({ siteUrl, accountId, projectId: "test" });
  const calls: PortCall[] = [];
  const record = (call: PortCall, make: () => unknown) => {
    calls.push(call);
    return make();
  };
  const ports: WorkPorts = {
    ledger: intercept("ledger", ledger, record),
    rows: intercept("rows", rows, record),
    quota: intercept("quota", quota, record),
    searchConsole: intercept("searchConsole", searchConsole, record),
    eventBus: intercept("eventBus", eventBus, record),
    clock,
    scopesOf: () => scopes,
    memoryMb: () => 100,
    unitsAtOnce: options.unitsAtOnce ?? 3,
  };

  async function dispatch() {
    const changed = await ledger.changeRun(runId, (run) =>
      dispatchRun(run, { lever, execution: runId }, clock.nowMs()),
    );
    if (changed === undefined) throw new Error("there is no run");
    return changed.answer;
  }

  const world: SyncWorld = {
    clock,
    ledger,
    rows,
    quota,
    scopes,
    searchConsole,
    eventBus,
    ports,
    calls,
    async start(unitsOfBatches, changes = {}) {
      let day = 0;
      const batches = unitsOfBatches.map((count, index) => {
        const units = Array.from({ length: count }, () => ({
          siteUrl,
          report: "page_query",
          date: addDays(firstDate, day++),
        }));
        return newBatch(runId, batchIdAt(index), units);
      });
      await ledger.createRun(
        aRun({
          batches: batches.length,
          plannedUnits: day,
          startedAtMs: clock.nowMs(),
          activeSinceMs: clock.nowMs(),
          ...changes,
        }),
      );
      await ledger.putBatches(batches);
    },
    async send() {
      const answer = await dispatch();
      return answer.kind === "send" ? answer.batchIds : [];
    },
    work: (index, using = ports) => workBatch({ runId, batchId: batchIdAt(index) }, using),
    async finish(worker = (batchId) => workBatch({ runId, batchId }, ports)) {
      for (let passes = 0; passes < 5_000; passes += 1) {
        const answer = await dispatch();
        if (answer.kind === "send") await Promise.all(answer.batchIds.map(worker));
        else if (answer.kind === "wait") {
          await clock.sleep(Math.max((answer.untilMs ?? 0) - clock.nowMs(), 150));
        } else {
          const closing = { ledger, eventBus, nowMs: () => clock.nowMs(), ended: () => {} };
          return closeRun({ runId, executionName: runId }, closing);
        }
      }
      throw new Error("the run does not come to its end");
    },
    async run() {
      return found(await ledger.readRun(runId));
    },
    async batch(index) {
      return found(await ledger.readBatch(runId, batchIdAt(index)));
    },
    async summary() {
      return summariseRun(await world.run(), await ledger.readBatches(runId), clock.nowMs());
    },
    async visible() {
      const seen: string[] = [];
      const query = { siteUrl, from: firstDate, to: addDays(firstDate, 400) };
      for await (const row of rows.streamRows(query)) seen.push(`${row.date} ${row.page}`);
      return seen.sort();
    },
  };
  return world;
}

function found<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("it is not in the ledger");
  return value;
}
