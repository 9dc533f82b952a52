import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { mockClient } from "aws-sdk-client-mock";
import { expect, test } from "vitest";
import { EventBusError } from "../../../shared/events/event-bus.ts";
import { resumeRun } from "../../../shared/sync/end/resume-run.ts";
import { sfnExecutions } from "../../../shared/sync/end/sfn-executions.ts";
import { aRun } from "../../support/samples/a-run.ts";
import { memoryLedger } from "../../support/stores/memory-ledger.ts";

const executions = mockClient(SFNClient);

/** The run's execution has ended, and the bus takes nothing. */
async function resumed(options: { readonly clearInFlight: boolean }) {
  const ledger = memoryLedger({ lever: 3 });
  const run = aRun({ status: "running", endTold: null });
  await ledger.createRun(run);
  executions.reset();
  executions.on(DescribeExecutionCommand).resolves({ status: "ABORTED" });
  const started = executions.on(StartExecutionCommand).resolves({});
  const reasons: (string | null)[] = [];
  const notices: string[] = [];
  const execution = await resumeRun(
    run,
    { ...options, sequential: true },
    {
      ledger,
      executions: sfnExecutions(
        new SFNClient({}),
        "arn:aws:states:eu-central-1:1:stateMachine:sync",
      ),
      checkStart: () => {},
      nowMs: Date.now,
      onNotice: (notice) => notices.push(notice),
      async eventBus() {
        reasons.push((await ledger.readRun(run.runId))?.reason ?? null);
        return { publish: () => Promise.reject(new EventBusError("the event bus is away")) };
      },
    },
  );
  const starts = started.commandCalls(StartExecutionCommand).map(({ args }) => args[0].input.name);
  return { execution, starts, reasons, notices, left: await ledger.readRun(run.runId) };
}

test("a run goes on though the event of its stop cannot be published", async () => {
  const { execution, starts, reasons, notices, left } = await resumed({ clearInFlight: true });
  expect(starts).toEqual([execution]);
  expect(left).toMatchObject({ status: "running", execution, concurrency: 1 });
  expect(reasons).toEqual(["its in-flight batches were cleared by hand"]);
  expect(notices).toEqual([expect.stringContaining("the event bus is away")]);
});

test("a run whose batches were not cleared is not said to be cleared", async () => {
  const { reasons } = await resumed({ clearInFlight: false });
  expect(reasons).toEqual(["its execution had ended"]);
});
