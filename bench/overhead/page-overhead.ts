import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { startDynamoServer } from "../../local/aws-servers/dynamo-server.ts";
import { createTables } from "../../local/aws-servers/dynamo-tables.ts";
import { localClientOptions, localNames } from "../../local/aws-servers/local-names.ts";
import { isSettled, newBatch } from "../../shared/ledger/batch.ts";
import { dynamoLedger } from "../../shared/ledger/dynamo-ledger.ts";
import { batchIdAt } from "../../shared/ledger/run.ts";
import { dispatchRun } from "../../shared/ledger/transitions/dispatch-run.ts";
import { documentsOf } from "../../shared/lib/dynamo-documents.ts";
import { systemClock } from "../../shared/lib/system-clock.ts";
import { dynamoQuota } from "../../shared/quota/dynamo-quota.ts";
import { quotaScopes } from "../../shared/quota/scopes.ts";
import { addDays } from "../../shared/request/pacific-date.ts";
import { keeperClient } from "../../shared/rows/lake/parquet-keeper-client.ts";
import { openParquetRowStore } from "../../shared/rows/lake/parquet-row-store.ts";
import { googleSearchConsole } from "../../shared/search-console/google-search-console.ts";
import type { WorkPorts } from "../../shared/sync/fetch/fetch-ports.ts";
import { workBatch } from "../../shared/sync/fetch/work-batch.ts";
import { intercept } from "../../test/support/fakes/intercept.ts";
import { memoryEventBus } from "../../test/support/fakes/memory-event-bus.ts";
import { aRun } from "../../test/support/samples/a-run.ts";
import { startBodyServer } from "../support/body-server.ts";
import { startLake } from "../support/start-lake.ts";

const units = 40;
const rowsAPage = 1_000;

/** Milliseconds a page request, by where a worker that fetches one unit at a time spends them. */
export type PageTime = {
  readonly searchConsole: number;
  readonly quota: number;
  readonly rows: number;
  readonly ledger: number;
  /** The worker's own. */
  readonly own: number;
};

/** A batch of days of 1,000 rows, one after the other, on servers that answer at once. */
export async function pageTime(): Promise<PageTime> {
  const [lake, dynamo, bodies] = await Promise.all([
    startLake(),
    startDynamoServer(),
    startBodyServer({ rowsAPage, urlLength: 80 }),
  ]);
  await createTables(dynamo.url);
  const client = new DynamoDBClient(localClientOptions(dynamo.url));
  const documents = documentsOf(client);
  const { folder, keeper } = lake.place;
  const rows = openParquetRowStore(folder, keeperClient(keeper));
  const spent = { searchConsole: 0, quota: 0, rows: 0, ledger: 0, own: 0 };

  function timed<Port extends object>(name: keyof typeof spent, port: Port): Port {
    return intercept(name, port, async (_seen, call) => {
      const startedAt = performance.now();
      try {
        return await call();
      } finally {
        spent[name] += performance.now() - startedAt;
      }
    });
  }

  const ledger = dynamoLedger(documents, { table: localNames.ledgerTable, defaults: { lever: 1 } });
  const quota = dynamoQuota({
    documents,
    tableName: localNames.quotaTable,
    clock: systemClock,
  });
  const run = aRun({ batches: 1, plannedUnits: units, startedAtMs: Date.now(), concurrency: 1 });
  const owners = { siteUrl: run.siteUrl, accountId: run.accountId, projectId: "bench" };
  const scopes = quotaScopes(owners).map((scope) => ({ ...scope, burst: scope.budget }));
  const ports: WorkPorts = {
    ledger: timed("ledger", ledger),
    rows: timed("rows", rows),
    quota: timed("quota", quota),
    searchConsole: timed("searchConsole", googleSearchConsole({ rootUrl: bodies.url })),
    eventBus: memoryEventBus(),
    clock: systemClock,
    scopesOf: () => scopes,
    memoryMb: () => 0,
    unitsAtOnce: 1,
  };
  try {
    await ledger.createRun(run);
    const batch = newBatch(
      run.runId,
      batchIdAt(0),
      Array.from({ length: units }, (_, day) => ({
        siteUrl: run.siteUrl,
        report: "page_query",
        date: addDays(run.from, day),
      })),
    );
    await ledger.putBatches([batch]);
    let workedMs = 0;
    for (;;) {
      const stored = await ledger.readBatch(run.runId, batchIdAt(0));
      if (stored === undefined || isSettled(stored)) break;
      await ledger.changeRun(run.runId, (known) =>
        dispatchRun(known, { lever: 1, execution: run.runId }, Date.now()),
      );
      const startedAt = performance.now();
      await workBatch({ runId: run.runId, batchId: batchIdAt(0) }, ports);
      workedMs += performance.now() - startedAt;
    }
    const { searchConsole, quota: claims, rows: store, ledger: truth } = spent;
    const own = workedMs - searchConsole - claims - store - truth;
    return {
      searchConsole: searchConsole / units,
      quota: claims / units,
      rows: store / units,
      ledger: truth / units,
      own: own / units,
    };
  } finally {
    await rows.close();
    client.destroy();
    await Promise.all([lake.stop(), dynamo.stop(), bodies.stop()]);
  }
}
