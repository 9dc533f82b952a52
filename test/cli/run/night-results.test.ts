import { DescribeExecutionCommand, ExecutionDoesNotExist, SFNClient } from "@aws-sdk/client-sfn";
import { mockClient } from "aws-sdk-client-mock";
import { expect, test } from "vitest";
import { nightResults } from "../../../cli/run/night-results.ts";
import { newProperty, pauseProperty } from "../../../shared/registry/property.ts";
import { sfnExecutions } from "../../../shared/sync/end/sfn-executions.ts";
import { nightByHand, nightRunNames, planNight } from "../../../shared/sync/plan/plan-night.ts";
import { aRun } from "../../support/samples/a-run.ts";
import { memoryLedger } from "../../support/stores/memory-ledger.ts";
import { memoryRowStore } from "../../support/stores/memory-row-store.ts";

const nowMs = Date.parse("2026-06-20T12:00:00Z");
const synced = newProperty("sc-domain:one.example", nowMs);
const idle = newProperty("sc-domain:two.example", nowMs);
const refused = newProperty("sc-domain:four.example", nowMs);
const going = newProperty("sc-domain:five.example", nowMs);
const paused = pauseProperty(newProperty("sc-domain:three.example", nowMs), nowMs);

test("a night's runs are found by the names that planning gives them", async () => {
  const ledger = memoryLedger({ lever: 3 });
  const { runs } = await planNight(
    { properties: [synced], night: nightByHand("20260620-120000-abcd"), after: "" },
    {
      ledger,
      rows: memoryRowStore(),
      nowMs: () => nowMs,
      skipped: () => {},
      failed: (_, error) => {
        throw error;
      },
    },
  );
  const [run] = runs;
  await ledger.createRun(
    aRun({ runId: run?.name ?? "", siteUrl: synced.siteUrl, status: "complete", endedAtMs: nowMs }),
  );
  const night = nightByHand("20260620-120000-abcd");
  const stateMachineArn = "arn:aws:states:eu-central-1:1:stateMachine:sync";
  const nameOf = (siteUrl: string) =>
    `${stateMachineArn.replace("stateMachine", "execution")}:${nightRunNames(night, siteUrl)[0]}`;
  mockClient(SFNClient)
    .on(DescribeExecutionCommand)
    .rejects(new ExecutionDoesNotExist({ message: "none", $metadata: {} }))
    .on(DescribeExecutionCommand, { executionArn: nameOf(refused.siteUrl) })
    .resolves({ status: "FAILED", error: "RunFailed", cause: "reports: there is no report mine" })
    .on(DescribeExecutionCommand, { executionArn: nameOf(going.siteUrl) })
    .resolves({ status: "RUNNING" });
  const results = await nightResults(
    {
      ledger,
      executions: sfnExecutions(new SFNClient({}), stateMachineArn),
      eventBus: () => Promise.reject(new Error("unasked")),
    },
    [synced, idle, paused, refused, going],
    "20260620-120000-abcd",
  );
  expect(results.map(({ siteUrl, status, reason }) => [siteUrl, status, reason])).toEqual([
    [synced.siteUrl, "complete", null],
    [idle.siteUrl, "skipped", expect.stringContaining("no work")],
    [paused.siteUrl, "skipped", "it is paused"],
    [refused.siteUrl, "failed", expect.stringContaining("there is no report mine")],
    [going.siteUrl, "planned", "its run is being planned"],
  ]);
  expect(results[0]?.run?.runId).toBe(run?.name);
});
