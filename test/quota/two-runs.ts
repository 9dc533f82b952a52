import { newBatch } from "../../shared/ledger/batch.ts";
import type { BatchMessage } from "../../shared/ledger/batch-message.ts";
import { batchIdAt } from "../../shared/ledger/run.ts";
import type { Clock } from "../../shared/lib/clock.ts";
import { quotaOutlook } from "../../shared/quota/quota-outlook.ts";
import { quotaScopes } from "../../shared/quota/scopes.ts";
import type { QuotaWindow } from "../../shared/quota/window.ts";
import { addDays } from "../../shared/request/pacific-date.ts";
import { dispatchBatches } from "../../shared/sync/dispatch/dispatch-batches.ts";
import type { WorkPorts } from "../../shared/sync/fetch/fetch-ports.ts";
import { workBatch } from "../../shared/sync/fetch/work-batch.ts";
import { fakeClock } from "../support/fakes/fake-clock.ts";
import { memoryEventBus } from "../support/fakes/memory-event-bus.ts";
import { aRun } from "../support/samples/a-run.ts";
import { memoryLedger } from "../support/stores/memory-ledger.ts";
import { createMemoryQuota } from "../support/stores/memory-quota.ts";
import { memoryRowStore } from "../support/stores/memory-row-store.ts";
import { highestMinute } from "./quota-world.ts";

const minute = 60_000;
const settlingMs = 3 * minute;
/** Whole windows: with a small budget each is one burst and then silence. */
const measuredMs = 4 * 63_000;
const batches = 200;
const unitsABatch = 50;
const page = { rows: [], aggregation: null, firstIncompleteDate: null };

/**
 * Two backfills in virtual time, from the dispatcher's send to the worker's return, on a stage
 * with so many workers; requests a minute of each once they share the account, and the most in
 * any minute.
 */
export async function twoRuns(options: { readonly budget: number; readonly workers: number }) {
  const clock = seededClock();
  const settings = { lever: 5, accounts: { shared: { qpm: options.budget } } };
  const ledger = memoryLedger(settings);
  const windows = new Map<string, QuotaWindow>();
  const rows = memoryRowStore();
  const queue: BatchMessage[] = [];
  const idle: ((message: BatchMessage | undefined) => void)[] = [];
  const arrivals: { readonly siteUrl: string; readonly atMs: number }[] = [];
  const endMs = clock.nowMs() + settlingMs + measuredMs;

  const portsOf = (): WorkPorts => ({
    ledger,
    eventBus: memoryEventBus(),
    rows,
    clock,
    quota: createMemoryQuota(clock, windows),
    searchConsole: {
      async fetchPage({ siteUrl }) {
        arrivals.push({ siteUrl, atMs: clock.nowMs() });
        await clock.sleep(250 + clock.random() * 200);
        return page;
      },
    },
    scopesOf: (run) => scopesOf(run.siteUrl),
    memoryMb: () => 100,
    unitsAtOnce: 5,
  });
  const scopesOf = (siteUrl: string) =>
    quotaScopes({ siteUrl, accountId: "shared", projectId: "test" }, settings);

  function nextMessage(): Promise<BatchMessage | undefined> {
    if (clock.nowMs() >= endMs) return Promise.resolve(undefined);
    return new Promise((resolve) => idle.push(resolve));
  }

  /** A free worker takes it at once. */
  function send(message: BatchMessage): void {
    const first = idle.shift();
    if (first === undefined) queue.push(message);
    else first(message);
  }

  async function worker(): Promise<void> {
    const ports = portsOf();
    for (;;) {
      const message = queue.shift() ?? (await nextMessage());
      if (message === undefined) return;
      await workBatch(message, ports);
    }
  }

  async function run(runId: string): Promise<void> {
    const siteUrl = siteUrlOf(runId);
    const from = aRun().from;
    await ledger.createRun(
      aRun({ runId, siteUrl, accountId: "shared", concurrency: 5, execution: runId, batches }),
    );
    for (let index = 0; index < batches; index += 1) {
      const units = Array.from({ length: unitsABatch }, (_, at) => ({
        siteUrl,
        report: "page_query",
        date: addDays(from, index * unitsABatch + at),
      }));
      await ledger.putBatches([newBatch(runId, batchIdAt(index), units)]);
    }
    const quota = createMemoryQuota(clock, windows);
    while (clock.nowMs() < endMs) {
      const { messages, waitSeconds } = await dispatchBatches(
        { runId, executionName: runId, events: 0 },
        {
          ledger,
          clock,
          outlook: (known) => quotaOutlook(quota, scopesOf(known.siteUrl)),
          observe: () => {},
        },
      );
      for (const message of messages) send(message);
      await clock.sleep(waitSeconds * 1_000 + 100);
    }
  }

  const workers = Array.from({ length: options.workers }, () => worker());
  const second = clock.sleep(minute).then(() => run("b"));
  await Promise.all([run("a"), second]);
  queue.length = 0;
  for (const end of idle.splice(0)) end(undefined);
  await Promise.all(workers);

  const measuredFromMs = endMs - measuredMs;
  const rate = (runId: string) =>
    arrivals.filter(
      ({ siteUrl, atMs }) => siteUrl === siteUrlOf(runId) && atMs >= measuredFromMs && atMs < endMs,
    ).length /
    (measuredMs / minute);
  return {
    a: rate("a"),
    b: rate("b"),
    highest: highestMinute(arrivals.map(({ atMs }) => atMs)),
  };
}

function siteUrlOf(runId: string): string {
  return `sc-domain:${runId}.example`;
}

function seededClock(): Clock {
  let chance = 1;
  return {
    ...fakeClock(),
    random() {
      chance = (chance * 48_271) % 2_147_483_647;
      return chance / 2_147_483_647;
    },
  };
}
