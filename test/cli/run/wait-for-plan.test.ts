import { DescribeExecutionCommand, SFNClient } from "@aws-sdk/client-sfn";
import { mockClient } from "aws-sdk-client-mock";
import { expect, test } from "vitest";
import { waitForPlan } from "../../../cli/run/wait-for-plan.ts";
import { changed } from "../../../shared/ledger/decision.ts";
import type { Run } from "../../../shared/ledger/run.ts";
import { sfnExecutions } from "../../../shared/sync/end/sfn-executions.ts";
import { aRun } from "../../support/samples/a-run.ts";
import { memoryLedger } from "../../support/stores/memory-ledger.ts";

const executions = mockClient(SFNClient);
const started = { runId: "r1", execution: "r1" };

/** Planning makes the run item, and as its execution is looked at, what `planned` says. */
async function afterPlanning(planned: Partial<Run>) {
  const ledger = memoryLedger({ lever: 3 });
  await ledger.createRun(aRun({ ...started, status: "planned", batches: 0 }));
  executions.reset();
  executions.on(DescribeExecutionCommand).callsFake(async () => {
    await ledger.changeRun("r1", (run) => changed({ ...run, ...planned }, "planned"));
    return { status: "RUNNING" };
  });
  return waitForPlan(
    {
      ledger,
      executions: sfnExecutions(
        new SFNClient({}),
        "arn:aws:states:eu-central-1:1:stateMachine:sync",
      ),
      eventBus: () => Promise.reject(new Error("nothing is told")),
    },
    started,
  );
}

test("a run item that has yet to be planned is not the answer", async () => {
  expect(await afterPlanning({ status: "running", batches: 2, plannedUnits: 7 })).toMatchObject({
    status: "running",
    units: { planned: 7 },
  });
});

test("what planning refused is refused here", async () => {
  const refused = afterPlanning({ status: "failed", reason: "another run has the property" });
  await expect(refused).rejects.toThrow("another run has the property");
});
