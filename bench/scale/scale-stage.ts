import { readFileSync } from "node:fs";
import { z } from "zod";
import { parseBatchMessage } from "../../shared/ledger/batch-message.ts";
import { createCachedSettings } from "../../shared/ledger/cached-settings.ts";
import { dynamoLedger } from "../../shared/ledger/dynamo-ledger.ts";
import { runKey } from "../../shared/ledger/dynamo-ledger-keys.ts";
import type { Run } from "../../shared/ledger/run.ts";
import type { Clock } from "../../shared/lib/clock.ts";
import { dynamoQuota } from "../../shared/quota/dynamo-quota.ts";
import type { Quota } from "../../shared/quota/quota.ts";
import { quotaScopes } from "../../shared/quota/scopes.ts";
import type { RunRequestInput } from "../../shared/request/run-request.ts";
import type { RowStore } from "../../shared/rows/row-store.ts";
import type { WorkPorts } from "../../shared/sync/fetch/fetch-ports.ts";
import {
  createPageMemoryBudget,
  workerPageBytes,
} from "../../shared/sync/fetch/page-memory-budget.ts";
import { workBatch } from "../../shared/sync/fetch/work-batch.ts";
import { execute, parseMachine, TaskError } from "../../test/simulation/state-machine.ts";
import { callSyncFunction, isFunctionState } from "../../test/simulation/sync-functions.ts";
import { memoryRowStore } from "../../test/support/stores/memory-row-store.ts";
import { memoryDynamo } from "./memory-dynamo.ts";
import type { ScaleGoogle } from "./scale-google.ts";
import type { ScaleUsage } from "./scale-usage.ts";

export type StageShape = {
  readonly lever: number;
  /** Units that a worker fetches at once. */
  readonly lanes: number;
};

/** What a call of each takes, ms: assumed, on the careful side of what one sees within a region. */
export const callMs = { dynamo: 5, rows: 15, events: 15, queue: 20, state: 25 } as const;

const gigabytes = { worker: 1, other: 0.5 } as const;
const tables = { ledger: "ledger", quota: "quota" } as const;
export const projectId = "scale";

const machine = parseMachine(
  JSON.parse(
    readFileSync(new URL("../../test/simulation/sync-state-machine.json", import.meta.url), "utf8"),
  ),
);

const SendSchema = z.object({ MessageBody: z.string() });
const SuccessorSchema = z.object({ Name: z.string(), Input: z.unknown() });

/**
 * A stage on virtual time: the sync machine from its definition, the handlers' domain code over the
 * ledger and quota adapters, a queue, so many workers. Nothing fails in it.
 */
export function scaleStage(
  { lever, lanes }: StageShape,
  { clock, google, billing }: { clock: Clock; google: ScaleGoogle; billing: ScaleUsage },
) {
  const { usage } = billing;
  const nowMs = () => clock.nowMs();
  const dynamo = memoryDynamo({
    answer: () => clock.sleep(callMs.dynamo),
    seen: billing.operation,
  });
  const defaults = { lever };
  const ledger = dynamoLedger(dynamo.documents, { table: tables.ledger, defaults, nowMs });
  const rowStores = new Map<string, RowStore>();
  const queue: string[] = [];
  const idle: ((body: string) => void)[] = [];
  const takes = { worked: 0, inVain: 0, busyMs: 0, deepestQueue: 0 };

  const eventBus = {
    async publish(events: readonly unknown[]) {
      usage.events += events.length;
      await clock.sleep(callMs.events);
    },
  };

  function rowsOf(siteUrl: string): RowStore {
    const step = () => clock.sleep(callMs.rows);
    const rows = rowStores.get(siteUrl) ?? memoryRowStore(new Map(), { step });
    rowStores.set(siteUrl, rows);
    return rows;
  }

  const newQuota = () =>
    dynamoQuota({
      documents: dynamo.documents,
      tableName: tables.quota,
      clock,
    });

  function portsOf(
    { siteUrl, accountId }: Pick<Run, "siteUrl" | "accountId">,
    quota: Quota,
  ): WorkPorts {
    return {
      ledger,
      rows: rowsOf(siteUrl),
      quota,
      eventBus,
      searchConsole: google.of(accountId),
      clock,
      scopesOf: (run) => quotaScopes({ ...run, projectId, qpm: run.qpm ?? undefined }),
      memoryMb: () => 100,
      unitsAtOnce: lanes,
    };
  }

  async function billed<Answer>(size: number, work: () => Promise<Answer>): Promise<Answer> {
    const startedAtMs = nowMs();
    usage.invocations += 1;
    try {
      return await work();
    } finally {
      usage.gigabyteSeconds += (size * (nowMs() - startedAtMs)) / 1_000;
    }
  }

  async function send(body: string): Promise<void> {
    await clock.sleep(callMs.queue);
    usage.messages += 1;
    const waiting = idle.shift();
    if (waiting !== undefined) return waiting(body);
    queue.push(body);
    takes.deepestQueue = Math.max(takes.deepestQueue, queue.length);
  }

  /** One environment of the worker's function: as `lambdas/handlers/fetch-batch.ts` composes it. */
  async function worker(): Promise<never> {
    const quota = newQuota();
    const settings = createCachedSettings(ledger, { first: defaults, maxAgeMs: 2_000, nowMs });
    const room = createPageMemoryBudget(workerPageBytes);
    for (;;) {
      const body = queue.shift() ?? (await new Promise<string>((wake) => idle.push(wake)));
      const beganMs = nowMs();
      await clock.sleep(callMs.queue);
      await billed(gigabytes.worker, async () => {
        const message = parseBatchMessage(body);
        await settings.refresh();
        const known = message && (await ledger.readRun(message.runId));
        if (message === undefined || known === undefined) return;
        const ports = { ...portsOf(known, quota), pageMemoryBudget: room };
        const { kind, run } = await workBatch(message, ports);
        takes[kind === "nothing" ? "inVain" : "worked"] += 1;
        if (run !== null) await quota.usage(ports.scopesOf(run));
      });
      takes.busyMs += nowMs() - beganMs;
    }
  }

  /** A run from its execution's start to its end, successors included. */
  async function sync(name: string, request: RunRequestInput): Promise<string> {
    const { siteUrl, accountId = "default" } = request;
    const quota = newQuota();
    const ports = portsOf({ siteUrl, accountId }, quota);
    let next: { readonly name: string; readonly input: unknown } | null = { name, input: request };
    let status = "";
    while (next !== null) {
      const execution: { readonly name: string; readonly input: unknown } = next;
      next = null;
      const ending = await execute(machine, execution, {
        sleep: (ms) => clock.sleep(ms),
        random: () => clock.random(),
        async task(state, input) {
          await clock.sleep(callMs.state);
          if (isFunctionState(state)) {
            return billed(gigabytes.other, () => callSyncFunction(state, input, ports));
          }
          if (state === "SendBatchMessage") return send(SendSchema.parse(input).MessageBody);
          if (state !== "StartSuccessor") throw new TaskError("States.Runtime", state);
          const successor = SuccessorSchema.parse(input);
          next = { name: successor.Name, input: successor.Input };
        },
      });
      usage.transitions += ending.transitions;
      usage.mostHistoryEvents = Math.max(usage.mostHistoryEvents, ending.events);
      if (ending.status === "FAILED") throw new Error(`${execution.name}: ${ending.cause}`);
      status = (await ledger.readRun(name))?.status ?? "gone";
    }
    rowStores.delete(siteUrl);
    dynamo.forget(tables.ledger, runKey(name).pk);
    return status;
  }

  for (let index = 0; index < lever; index += 1) void worker();
  return { sync, takes, left: () => queue.length };
}
