import type { SQSRecord } from "aws-lambda";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { metricsNamespace } from "../../../shared/config/names.ts";
import { newBatch } from "../../../shared/ledger/batch.ts";
import { dynamoLedger } from "../../../shared/ledger/dynamo-ledger.ts";
import type { Ledger } from "../../../shared/ledger/ledger.ts";
import { batchIdAt } from "../../../shared/ledger/run.ts";
import { parseEmfLine } from "../../../shared/telemetry/metric-record.ts";
import { lambdaContext } from "../../support/fakes/lambda-context.ts";
import { aRun } from "../../support/samples/a-run.ts";
import { type LedgerTable, openLedgerTable } from "../../support/stores/ledger-table.ts";

const batchId = batchIdAt(0);
let table: LedgerTable;
let ledger: Ledger;
let handle: (runId: string) => Promise<unknown>;
let printed: string[] = [];

beforeAll(async () => {
  table = await openLedgerTable();
  ledger = dynamoLedger(table.documents, { table: table.table, defaults: { lever: 3 } });
  const endpoint = await table.documents.config.endpoint?.();
  const variables = {
    GSC_SYNC_STAGE: "test",
    GSC_SYNC_LEDGER_TABLE: table.table,
    GSC_SYNC_QUOTA_TABLE: "quota",
    GSC_SYNC_EVENT_BUS: "events",
    // Nothing listens there: the row store is away.
    GSC_SYNC_POSTGRES_URL: "postgresql://nobody@127.0.0.1:1/none",
    GSC_API_ROOT_URL: "http://127.0.0.1:1/",
    GSC_SYNC_LEVER: "3",
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_ENDPOINT_URL_DYNAMODB: `http://${endpoint?.hostname}:${endpoint?.port}`,
    POWERTOOLS_LOG_LEVEL: "SILENT",
    // Its lines go through this process's console, where they can be read.
    POWERTOOLS_DEV: "true",
    POWERTOOLS_METRICS_DISABLED: "false",
  };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  vi.spyOn(console, "log").mockImplementation((line) => void printed.push(String(line)));
  const { handler } = await import("../../../lambdas/handlers/fetch-batch.ts");
  handle = (runId) =>
    Promise.resolve(handler({ Records: [record({ runId, batchId })] }, lambdaContext));
});
beforeEach(() => {
  printed = [];
});
afterAll(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await table.close();
});

test("while the row store is away a batch is put back, the metric counts it, the run says why and since when", async () => {
  const runId = "run-away";
  await givenSentBatch(runId);
  const firstMs = Date.now();
  expect(await handle(runId)).toEqual({ batchItemFailures: [] });
  expect(failedTakes()).toMatchObject([
    { metrics: { TakesFailed: ["Count", 1] }, properties: { runId, batchId } },
  ]);
  const run = await ledger.readRun(runId);
  expect(run).toMatchObject({ reason: expect.stringMatching(/ECONNREFUSED|connect/) });
  expect(failedTakes()[0]?.properties.reason).toBe(run?.reason);
  const sinceMs = run?.outageSinceMs ?? 0;
  expect(sinceMs).toBeGreaterThanOrEqual(firstMs);
  const [back] = run?.returned ?? [];
  expect(back?.batchId).toBe(batchId);
  expect((back?.notBeforeMs ?? 0) - sinceMs).toBeGreaterThan(9_000);

  await send(runId);
  await handle(runId);
  expect(failedTakes()).toHaveLength(2);
  expect((await ledger.readRun(runId))?.outageSinceMs).toBe(sinceMs);
});

test("a take that throws is counted, though the function succeeds", async () => {
  const runId = "run-throws";
  await givenSentBatch(runId);
  const read = vi.spyOn(table.documents.constructor.prototype, "send");
  read.mockRejectedValue(new Error("the ledger does not answer"));
  try {
    expect(await handle(runId)).toEqual({ batchItemFailures: [{ itemIdentifier: "m-1" }] });
  } finally {
    read.mockRestore();
  }
  expect(failedTakes()).toMatchObject([{ properties: { runId, batchId } }]);
});

test("a message of a run that is not there is no failed take", async () => {
  expect(await handle("run-unknown")).toEqual({ batchItemFailures: [] });
  expect(failedTakes()).toEqual([]);
});

async function givenSentBatch(runId: string): Promise<void> {
  const run = aRun({ runId, execution: runId, batches: 1, admitted: 1, next: 1, plannedUnits: 1 });
  await ledger.createRun({ ...run, inFlight: { [batchId]: sent() } });
  const unit = { siteUrl: run.siteUrl, report: "page_query", date: run.from };
  await ledger.putBatches([newBatch(runId, batchId, [unit])]);
}

/** As the dispatcher does when the batch is due again. */
async function send(runId: string): Promise<void> {
  await ledger.changeRun(runId, (run) => ({
    run: { ...run, returned: [], inFlight: { [batchId]: sent() } },
    answer: null,
  }));
}

function sent() {
  return { token: 0, untilMs: Date.now() + 20_000 };
}

function failedTakes() {
  return printed
    .map((line) => parseEmfLine(line, metricsNamespace))
    .filter((each) => each !== undefined && "TakesFailed" in each.metrics);
}

function record(message: unknown): SQSRecord {
  return {
    messageId: "m-1",
    body: JSON.stringify(message),
    receiptHandle: "handle",
    attributes: {
      ApproximateReceiveCount: "1",
      SentTimestamp: "0",
      SenderId: "sender",
      ApproximateFirstReceiveTimestamp: "0",
    },
    messageAttributes: {},
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:us-east-1:000000000000:batches",
    awsRegion: "us-east-1",
  };
}
