import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Match } from "aws-cdk-lib/assertions";
import { describe, expect, test } from "vitest";
import { stateMachineDefinition } from "../../infra/state-machines/state-machine-definition.ts";
import { loadStateMachineDefinition } from "../../local/state-machine/synthesise-state-machine.ts";
import { environmentNames, functionNames } from "../../shared/config/names.ts";
import { StageDescriptionSchema } from "../../shared/config/stage-description.ts";
import { actionsOfRole } from "./role-actions.ts";
import { synthesisedStacks } from "./synthesised-stacks.ts";

const { pipeline } = synthesisedStacks("dev");
const functions = Object.entries(
  pipeline.findResources("AWS::Lambda::Function", {
    Properties: { FunctionName: Match.anyValue() },
  }),
).map(([id, { Properties }]) => ({ id, ...Properties }));

type Fn = (typeof functions)[number];

describe("the pipeline's queue", () => {
  test("outlasts six time-outs of the worker and hardly ever dead-letters by itself", () => {
    const worker = functions.find((fn) => fn.FunctionName === "gsc-sync-dev-fetch-batch");
    expect(worker?.Timeout).toBe(300);
    pipeline.hasResourceProperties("AWS::SQS::Queue", {
      QueueName: "gsc-sync-dev-batches",
      VisibilityTimeout: 6 * 300,
      RedrivePolicy: {
        maxReceiveCount: 1_000,
        deadLetterTargetArn: Match.anyValue(),
      },
    });
  });

  test("and its dead letters are encrypted and refuse plain HTTP", () => {
    pipeline.resourceCountIs("AWS::SQS::Queue", 2);
    pipeline.allResourcesProperties("AWS::SQS::Queue", { SqsManagedSseEnabled: true });
    pipeline.resourceCountIs("AWS::SQS::QueuePolicy", 2);
    pipeline.allResourcesProperties("AWS::SQS::QueuePolicy", {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: "Deny",
            Condition: { Bool: { "aws:SecureTransport": "false" } },
          }),
        ]),
      },
    });
  });
});

describe("the pipeline's functions", () => {
  test("are the handlers, on Node 24 and arm64, each with a role and a log group of its own", () => {
    expect(functions.map((fn) => fn.FunctionName).sort()).toEqual(
      functionNames.map((name) => `gsc-sync-dev-${name}`).sort(),
    );
    for (const fn of functions) {
      expect(fn).toMatchObject({ Runtime: "nodejs24.x", Architectures: ["arm64"] });
    }
    for (const of of [(fn: Fn) => fn.Role, (fn: Fn) => fn.LoggingConfig.LogGroup]) {
      const own = new Set(functions.map((fn) => JSON.stringify(of(fn))));
      expect(own.size).toBe(functionNames.length);
    }
    pipeline.allResourcesProperties("AWS::Logs::LogGroup", { RetentionInDays: 7 });
  });

  test("are told of the ledger and what the stage starts with", () => {
    for (const fn of functions.filter((fn) => fn.FunctionName !== "gsc-sync-dev-migrate-schema")) {
      expect(fn.Environment.Variables).toMatchObject({
        [environmentNames.stage]: "dev",
        [environmentNames.lever]: "3",
        [environmentNames.inFlight]: "10",
        [environmentNames.queueSize]: "1000",
        [environmentNames.ledgerTable]: expect.anything(),
      });
    }
  });

  test("only the worker takes messages and dead-letters them", () => {
    for (const fn of functions) {
      const isWorker = fn.FunctionName === "gsc-sync-dev-fetch-batch";
      expect(actionsOf(fn).includes("sqs:ReceiveMessage")).toBe(isWorker);
      expect(actionsOf(fn).includes("sqs:SendMessage")).toBe(isWorker);
      expect(environmentNames.deadLetterQueueUrl in fn.Environment.Variables).toBe(isWorker);
    }
  });

  test("only those that settle units or end runs tell of them, on the stage's own bus", () => {
    pipeline.hasResourceProperties("AWS::Events::EventBus", { Name: "gsc-sync-dev-events" });
    const [busId = ""] = Object.keys(pipeline.findResources("AWS::Events::EventBus"));
    for (const fn of functions) {
      const tells = /-(fetch-batch|finish-run|halt-run|reconcile-runs)$/.test(fn.FunctionName);
      expect(actionsOf(fn).includes("events:PutEvents")).toBe(tells);
      expect(environmentNames.eventBus in fn.Environment.Variables).toBe(tells);
    }
    const policies = Object.values(pipeline.findResources("AWS::IAM::Policy"));
    const statements = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
    const puts = statements.filter(({ Action }) => Action === "events:PutEvents");
    expect(puts.map(({ Resource }) => Resource)).toEqual(
      Array(4).fill({ "Fn::GetAtt": [busId, "Arn"] }),
    );
  });

  test("the lever is the ledger's: no template sets what it is set on, so no deploy puts it back", () => {
    expect(functions.filter((fn) => "ReservedConcurrentExecutions" in fn)).toEqual([]);
    const mappings = Object.values(pipeline.findResources("AWS::Lambda::EventSourceMapping"));
    expect(mappings.map(({ Properties }) => Object.keys(Properties).sort())).toEqual([
      ["BatchSize", "EventSourceArn", "FunctionName", "FunctionResponseTypes"],
    ]);
    expect(mappings[0]?.Properties).toMatchObject({
      BatchSize: 1,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
    });
  });

  test("a deploy that changes the worker, its mapping or the stage's lever applies the ledger's", () => {
    const [mappingId = ""] = Object.keys(pipeline.findResources("AWS::Lambda::EventSourceMapping"));
    const worker = functions.find((fn) => fn.FunctionName === "gsc-sync-dev-fetch-batch");
    const [step] = Object.values(pipeline.findResources("Custom::Lever"));
    expect(step?.Properties).toMatchObject({ lever: 3, mapping: { Ref: mappingId } });
    const [versionId = ""] = step?.Properties.worker["Fn::GetAtt"] ?? [];
    expect(pipeline.findResources("AWS::Lambda::Version")[versionId]?.Properties).toMatchObject({
      FunctionName: { Ref: worker?.id },
    });
    const applies = functions.find((fn) => fn.FunctionName === "gsc-sync-dev-apply-lever");
    expect(applies?.Environment.Variables).toMatchObject({
      [environmentNames.workerFunction]: { Ref: worker?.id },
      [environmentNames.workerMapping]: { Ref: mappingId },
    });
  });

  test("what the stage says of itself is what the command line reads", () => {
    const [parameter] = Object.values(pipeline.findResources("AWS::SSM::Parameter"));
    expect(parameter?.Properties.Name).toBe("/gsc-sync/dev/stage");
    const text = JSON.stringify(
      parameter?.Properties.Value["Fn::Join"] ?? parameter?.Properties.Value,
    );
    expect(text).not.toMatch(/resolve:secretsmanager/);
    const told = StageDescriptionSchema.parse(JSON.parse(joined(parameter?.Properties.Value)));
    expect(told).toMatchObject({
      stage: "dev",
      rows: { kind: "dynamodb" },
      worker: { reserved: true },
      settings: { lever: 3, inFlight: 10, queueSize: 1_000 },
    });
  });
});

/** A text of the template, whatever it refers to named by its logical id. */
function joined(value: { readonly "Fn::Join": readonly [string, readonly unknown[]] }): string {
  const parts = value["Fn::Join"][1];
  return parts.map((part) => (typeof part === "string" ? part : "token")).join("");
}

test("the deployed state machine is the one that local mode runs", async () => {
  const cacheFolder = await mkdtemp(join(tmpdir(), "gsc-sync-same-"));
  try {
    const local = await loadStateMachineDefinition({ cacheFolder });
    // It starts itself by its name.
    const renamed = JSON.stringify(deployedDefinition()).replaceAll("-dev-sync", "-local-sync");
    expect(JSON.parse(renamed)).toEqual(local);
  } finally {
    await rm(cacheFolder, { recursive: true, force: true });
  }
});

test("the state machine may invoke its functions, send to the queue and start itself, and no more", () => {
  const roleId: string = syncMachine()?.Properties.RoleArn["Fn::GetAtt"][0];
  const actions = actionsOfRole(pipeline, roleId).filter((action) => !action.startsWith("logs:"));
  expect([...new Set(actions)]).toEqual([
    "lambda:InvokeFunction",
    "sqs:SendMessage",
    "states:StartExecution",
  ]);
});

function syncMachine() {
  const machines = pipeline.findResources("AWS::StepFunctions::StateMachine", {
    Properties: { StateMachineName: "gsc-sync-dev-sync" },
  });
  return Object.values(machines)[0];
}

/** Its tokens replaced by what local mode calls the same resources. */
function deployedDefinition(): Record<string, unknown> {
  const machine = syncMachine();
  const [queueId = ""] = Object.keys(
    pipeline.findResources("AWS::SQS::Queue", {
      Properties: { QueueName: "gsc-sync-dev-batches" },
    }),
  );
  const arns = functions.map(({ id, FunctionName }) => [
    `${id}.Arn`,
    `arn:aws:lambda:us-east-1:000000000000:function:${FunctionName.replace("-dev-", "-local-")}`,
  ]);
  return stateMachineDefinition(machine?.Properties.DefinitionString, {
    ...Object.fromEntries(arns),
    [queueId]: "https://sqs.us-east-1.amazonaws.com/000000000000/gsc-sync-local-batches",
    "AWS::Partition": "aws",
    "AWS::Region": "us-east-1",
    "AWS::AccountId": "000000000000",
  });
}

function actionsOf(fn: Fn): readonly string[] {
  return actionsOfRole(pipeline, fn.Role["Fn::GetAtt"][0]);
}
