import {
  DeleteFunctionConcurrencyCommand,
  GetEventSourceMappingCommand,
  GetFunctionConcurrencyCommand,
  LambdaClient,
  PutFunctionConcurrencyCommand,
  UpdateEventSourceMappingCommand,
} from "@aws-sdk/client-lambda";
import { DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import type { Context } from "aws-lambda";
import { mockClient } from "aws-sdk-client-mock";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { environmentNames } from "../../../shared/config/names.ts";

const lambda = mockClient(LambdaClient);
const ledger = mockClient(DynamoDBDocumentClient);
const context = { functionName: "apply-lever", awsRequestId: "1" } satisfies Partial<Context>;

/** The handler of a stage whose own lever is 3, as a process with these variables has it. */
async function invoke(RequestType: string, more: Readonly<Record<string, string>> = {}) {
  const variables = {
    POWERTOOLS_LOG_LEVEL: "SILENT",
    AWS_REGION: "us-east-1",
    [environmentNames.stage]: "dev",
    [environmentNames.ledgerTable]: "ledger",
    [environmentNames.lever]: "3",
    [environmentNames.workerFunction]: "worker",
    [environmentNames.workerMapping]: "m-1",
    ...more,
  };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  vi.resetModules();
  const { handler } = await import("../../../lambdas/handlers/apply-lever.ts");
  return handler({ RequestType, ResourceProperties: { lever: "3" } }, context as Context);
}

beforeEach(() => {
  lambda.reset();
  ledger.reset();
  lambda.on(GetFunctionConcurrencyCommand).resolves({});
  lambda.on(GetEventSourceMappingCommand).resolves({ State: "Enabled" });
  ledger.on(GetCommand).resolves({});
});
afterEach(() => vi.unstubAllEnvs());

const set = () => ({
  reserved: lambda
    .commandCalls(PutFunctionConcurrencyCommand)
    .map(({ args }) => args[0].input.ReservedConcurrentExecutions),
  mapping: lambda
    .commandCalls(UpdateEventSourceMappingCommand)
    .map(({ args }) => [args[0].input.Enabled, args[0].input.ScalingConfig?.MaximumConcurrency]),
});

describe("a deploy", () => {
  test("sets the stage's own lever where nobody has set one", async () => {
    await invoke("Create");
    expect(set()).toEqual({ reserved: [3], mapping: [[true, 3]] });
  });

  test("keeps the lever that somebody has set", async () => {
    ledger.on(GetCommand).resolves({ Item: { lever: 0 } });
    await invoke("Update");
    expect(set()).toEqual({ reserved: [0], mapping: [[false, 2]] });
  });

  test("changes nothing that is so already", async () => {
    lambda.on(GetFunctionConcurrencyCommand).resolves({ ReservedConcurrentExecutions: 3 });
    lambda
      .on(GetEventSourceMappingCommand)
      .resolves({ State: "Enabled", ScalingConfig: { MaximumConcurrency: 3 } });
    await invoke("Update");
    expect(set()).toEqual({ reserved: [], mapping: [] });
  });

  test("reserves nothing where the ledger counts takes", async () => {
    await invoke("Create", { [environmentNames.countTakes]: "1" });
    expect(set()).toEqual({ reserved: [], mapping: [[true, 3]] });
    expect(lambda.commandCalls(DeleteFunctionConcurrencyCommand)).toHaveLength(0);
    // What was reserved before would hold the lever down.
    lambda.on(GetFunctionConcurrencyCommand).resolves({ ReservedConcurrentExecutions: 1 });
    await invoke("Update", { [environmentNames.countTakes]: "1" });
    expect(lambda.commandCalls(DeleteFunctionConcurrencyCommand)).toHaveLength(1);
  });

  test("that removes the stage leaves everything as it is", async () => {
    expect(await invoke("Delete")).toEqual({ PhysicalResourceId: "lever" });
    expect(lambda.calls()).toHaveLength(0);
  });
});
