import { DescribeExecutionCommand, SFNClient } from "@aws-sdk/client-sfn";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { dynamoLedger } from "../../shared/ledger/dynamo-ledger.ts";
import type { Ledger } from "../../shared/ledger/ledger.ts";
import { handOverRun } from "../../shared/ledger/transitions/hand-over-run.ts";
import { lambdaContext } from "../support/fakes/lambda-context.ts";
import { aRun } from "../support/samples/a-run.ts";
import { type LedgerTable, openLedgerTable } from "../support/stores/ledger-table.ts";

const stateMachineArn = "arn:aws:states:us-east-1:000000000000:stateMachine:gsc-sync-test-sync";
const executions = mockClient(SFNClient);
let table: LedgerTable;
let ledger: Ledger;
let haltRun: (event: unknown) => Promise<unknown>;
let reconcileRuns: () => Promise<unknown>;
let runs = 0;

beforeAll(async () => {
  table = await openLedgerTable();
  ledger = dynamoLedger(table.documents, { table: table.table, defaults: { lever: 3 } });
  const endpoint = await table.documents.config.endpoint?.();
  const variables = {
    GSC_SYNC_STAGE: "test",
    GSC_SYNC_LEDGER_TABLE: table.table,
    GSC_SYNC_STATE_MACHINE_ARN: stateMachineArn,
    GSC_SYNC_EVENT_BUS: "events",
    GSC_SYNC_LEVER: "3",
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_ENDPOINT_URL_DYNAMODB: `http://${endpoint?.hostname}:${endpoint?.port}`,
    POWERTOOLS_LOG_LEVEL: "SILENT",
    POWERTOOLS_DEV: "true",
  };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  vi.spyOn(console, "log").mockImplementation(() => {});
  const halt = await import("../../lambdas/handlers/halt-run.ts");
  const reconcile = await import("../../lambdas/handlers/reconcile-runs.ts");
  haltRun = (event) => Promise.resolve(halt.handler(event, lambdaContext));
  reconcileRuns = () => Promise.resolve(reconcile.handler({}, lambdaContext));
});
beforeEach(() => executions.reset());
afterAll(async () => {
  executions.restore();
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await table.close();
});

/** A run that has shown no life for an hour, of an execution of its own name. */
async function givenRun(): Promise<string> {
  runs += 1;
  const runId = `run-${runs}`;
  const longAgoMs = Date.now() - 3_600_000;
  await ledger.createRun(
    aRun({ runId, execution: runId, startedAtMs: longAgoMs, updatedAtMs: longAgoMs }),
  );
  return runId;
}

/** As EventBridge delivers it. */
function ended(name: string, status: string, detail: object = {}): unknown {
  return {
    source: "aws.states",
    "detail-type": "Step Functions Execution Status Change",
    detail: { stateMachineArn, name, status, startDate: 1, stopDate: 2, output: null, ...detail },
  };
}

describe("halt-run", () => {
  test.each([
    ["ABORTED", "was stopped: enough"],
    ["FAILED", "failed: enough"],
    ["TIMED_OUT", "timed out: enough"],
  ])("halts the run of an execution that is %s, with that reason", async (status, what) => {
    const runId = await givenRun();
    const input = JSON.stringify({ siteUrl: "sc-domain:example.com" });
    expect(await haltRun(ended(runId, status, { input, cause: "enough" }))).toEqual({
      outcome: "halted",
    });
    expect(await ledger.readRun(runId)).toMatchObject({
      status: "halted",
      reason: `its execution ${runId} ${what}; go on with: gsc-sync resume ${runId}`,
    });
  });

  test("finds the run that the input names, whatever the execution is called", async () => {
    const runId = await givenRun();
    await ledger.changeRun(runId, (run) => ({
      run: { ...run, execution: "second" },
      answer: null,
    }));
    const input = JSON.stringify({ runId });
    await haltRun(ended("second", "ABORTED", { input }));
    expect((await ledger.readRun(runId))?.status).toBe("halted");
  });

  test.each([[{ input: "no json" }], [{ input: null }], [{}]])(
    "takes the execution's name for the run's where the event has no input to read: %j",
    async (detail) => {
      const runId = await givenRun();
      await haltRun(ended(runId, "ABORTED", detail));
      expect((await ledger.readRun(runId))?.status).toBe("halted");
    },
  );

  test("has nothing to do for an execution that never had a run", async () => {
    expect(await haltRun(ended("nobody", "FAILED"))).toEqual({ outcome: "unknown" });
  });
});

describe("reconcile-runs", () => {
  const arnOf = (runId: string) =>
    `arn:aws:states:us-east-1:000000000000:execution:gsc-sync-test-sync:${runId}`;

  test("halts the runs whose execution is gone or over, and no others", async () => {
    const [gone, over, running] = [await givenRun(), await givenRun(), await givenRun()];
    executions
      .on(DescribeExecutionCommand, { executionArn: arnOf(running) })
      .resolves({ status: "RUNNING" });
    executions
      .on(DescribeExecutionCommand, { executionArn: arnOf(over) })
      .resolves({ status: "ABORTED" });
    executions
      .on(DescribeExecutionCommand, { executionArn: arnOf(gone) })
      .rejects(Object.assign(new Error("none"), { name: "ExecutionDoesNotExist" }));
    const { lost } = (await reconcileRuns()) as { lost: string[] };
    expect(lost.sort()).toEqual([gone, over].sort());
    expect((await ledger.readRun(running))?.status).toBe("running");
    expect((await ledger.readRun(gone))?.status).toBe("halted");
    await ledger.changeRun(running, (run) => ({ run: { ...run, status: "halted" }, answer: null }));
  });

  test("leaves a run alone that showed life within the minute: its execution may be starting", async () => {
    const runId = await givenRun();
    const updatedAtMs = Date.now() - 50_000;
    await ledger.changeRun(runId, (run) => ({ run: { ...run, updatedAtMs }, answer: null }));
    executions
      .on(DescribeExecutionCommand)
      .rejects(Object.assign(new Error("none"), { name: "ExecutionDoesNotExist" }));
    expect(await reconcileRuns()).toEqual({ lost: [] });
    await ledger.changeRun(runId, (run) => ({ run: { ...run, status: "halted" }, answer: null }));
  });

  test("leaves a run to its successor that is handed over while it is asked after", async () => {
    const runId = await givenRun();
    const successor = `${runId}-b`;
    executions.on(DescribeExecutionCommand, { executionArn: arnOf(runId) }).callsFake(async () => {
      await ledger.changeRun(runId, (run) =>
        handOverRun(run, { execution: runId, successor }, Date.now()),
      );
      return { status: "SUCCEEDED" };
    });
    expect(await reconcileRuns()).toEqual({ lost: [] });
    expect(await ledger.readRun(runId)).toMatchObject({ status: "running", execution: successor });
    await ledger.changeRun(runId, (run) => ({ run: { ...run, status: "halted" }, answer: null }));
  });

  test("halts nothing when Step Functions does not answer", async () => {
    const runId = await givenRun();
    executions.on(DescribeExecutionCommand).rejects(new Error("throttled"));
    await expect(reconcileRuns()).rejects.toThrow("throttled");
    expect((await ledger.readRun(runId))?.status).toBe("running");
  });
});
