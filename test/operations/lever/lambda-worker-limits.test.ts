import {
  GetEventSourceMappingCommand,
  GetFunctionConcurrencyCommand,
  LambdaClient,
  PutFunctionConcurrencyCommand,
  UpdateEventSourceMappingCommand,
} from "@aws-sdk/client-lambda";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, expect, test } from "vitest";
import { lambdaWorkerLimits } from "../../../shared/operations/lever/lambda-worker-limits.ts";
import { fakeClock } from "../../support/fakes/fake-clock.ts";

const lambda = mockClient(LambdaClient);
const clock = fakeClock();
const limits = lambdaWorkerLimits(new LambdaClient({ region: "us-east-1" }), {
  functionName: "worker",
  mappingId: "m-1",
  clock,
});

beforeEach(() => lambda.reset());

test.each([
  ["Enabled", true],
  ["Enabling", true],
  ["Updating", true],
  ["Disabling", false],
  ["Disabled", false],
])("a mapping that is %s polls: %s", async (State, mappingEnabled) => {
  lambda.on(GetFunctionConcurrencyCommand).resolves({ ReservedConcurrentExecutions: 3 });
  lambda
    .on(GetEventSourceMappingCommand, { UUID: "m-1" })
    .resolves({ State, ScalingConfig: { MaximumConcurrency: 4 } });
  expect(await limits.read()).toEqual({
    reservedConcurrency: 3,
    mappingMaximum: 4,
    mappingEnabled,
  });
});

test("what was never set is null", async () => {
  lambda.on(GetFunctionConcurrencyCommand).resolves({});
  lambda.on(GetEventSourceMappingCommand).resolves({ State: "Enabled" });
  expect(await limits.read()).toMatchObject({ reservedConcurrency: null, mappingMaximum: null });
});

test("a mapping that is being changed is waited for", async () => {
  const busy = Object.assign(new Error("busy"), { name: "ResourceInUseException" });
  lambda.on(UpdateEventSourceMappingCommand).rejectsOnce(busy).rejectsOnce(busy).resolves({});
  const startedAtMs = clock.nowMs();
  await limits.setMapping({ mappingMaximum: 2, mappingEnabled: false });
  expect(clock.nowMs() - startedAtMs).toBe(4_000);
  const [last] = lambda.commandCalls(UpdateEventSourceMappingCommand).slice(-1);
  expect(last?.args[0].input).toEqual({
    UUID: "m-1",
    Enabled: false,
    ScalingConfig: { MaximumConcurrency: 2 },
  });
});

test("one that stays so is told of, not waited for without end", async () => {
  const busy = Object.assign(new Error("still busy"), { name: "ResourceInUseException" });
  lambda.on(UpdateEventSourceMappingCommand).rejects(busy);
  await expect(limits.setMapping({ mappingMaximum: 2, mappingEnabled: true })).rejects.toBe(busy);
});

test("an account with nothing to reserve is told what to do", async () => {
  const refusal = Object.assign(new Error("below its minimum value of [10]"), {
    name: "InvalidParameterValueException",
  });
  lambda.on(PutFunctionConcurrencyCommand).rejects(refusal);
  await expect(limits.reserve(3)).rejects.toThrow(
    /no concurrency to reserve for 3 workers .*minimum value of \[10\].*"reserveConcurrency": false/,
  );
});
