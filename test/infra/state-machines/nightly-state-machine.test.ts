import { StateMachine, type StateMachineDefinition } from "aws-local-stepfunctions";
import { describe, expect, test } from "vitest";
import { stateMachineDefinition } from "../../../infra/state-machines/state-machine-definition.ts";
import type { NightPage } from "../../../shared/sync/plan/plan-night.ts";
import { synthesisedStacks } from "../synthesised-stacks.ts";

const { pipeline } = synthesisedStacks("dev");
const nightly = Object.values(
  pipeline.findResources("AWS::StepFunctions::StateMachine", {
    Properties: { StateMachineName: "gsc-sync-dev-nightly" },
  }),
)[0];
const functionId = Object.keys(
  pipeline.findResources("AWS::Lambda::Function", {
    Properties: { FunctionName: "gsc-sync-dev-list-properties" },
  }),
)[0];
const syncId = Object.keys(
  pipeline.findResources("AWS::StepFunctions::StateMachine", {
    Properties: { StateMachineName: "gsc-sync-dev-sync" },
  }),
)[0];
const definition = stateMachineDefinition(nightly?.Properties.DefinitionString, {
  [`${functionId}.Arn`]: "arn:aws:lambda:us-east-1:000000000000:function:list-properties",
  [String(syncId)]: "arn:aws:states:us-east-1:000000000000:stateMachine:sync",
  "AWS::Partition": "aws",
});
const machine = new StateMachine(definition as unknown as StateMachineDefinition);

const scheduled = { scheduledTime: "2026-06-20T13:00:00Z" };

describe("a night", () => {
  test("starts an execution a property, by its name, page after page", async () => {
    const night = await run(scheduled, [page(["a", "b"], "b"), page(["c"], null)]);
    expect(night.asked).toEqual([
      { night: "night-2026-06-20T13:00:00Z", after: "" },
      { night: "night-2026-06-20T13:00:00Z", after: "b" },
    ]);
    expect(night.started.map(({ Name }) => Name).sort()).toEqual(["a", "b", "c"]);
    expect(night.started[0]).toMatchObject({ Input: { siteUrl: expect.any(String) } });
    expect(night.path.at(-1)).toBe("NightOver");
  });

  test("without work is over", async () => {
    const night = await run(scheduled, [page([], null)]);
    expect(night.started).toEqual([]);
    expect(night.path.at(-1)).toBe("NightOver");
  });

  test("goes on with the others when a property fails", async () => {
    const fail = (name: string) => (name === "b" ? fault("States.TaskFailed", "forbidden") : {});
    const night = await run(scheduled, [page(["a", "b"], "b"), page(["c"], null)], fail);
    expect(night.started.map(({ Name }) => Name).sort()).toEqual(["a", "b", "c"]);
    expect(night.path.at(-1)).toBe("NightOver");
  });

  test("delivered twice takes what the first delivery started for done", async () => {
    const night = await run(scheduled, [page(["a"], null)], () =>
      fault("StepFunctions.ExecutionAlreadyExistsException", "there is one"),
    );
    expect(night.started).toHaveLength(1);
    expect(night.path).not.toContain("PropertyFailed");
    expect(night.path.at(-1)).toBe("NightOver");
  });

  test("started by hand is named by its execution, so that it does start again", async () => {
    const night = await run({}, [page([], null)]);
    expect(night.asked).toEqual([{ night: "hand-execution-1", after: "" }]);
  });

  test("fails when the properties cannot be listed, however often it tries", async () => {
    const night = await run(scheduled, [fault("LedgerError", "away")]);
    expect(night.asked.length).toBeGreaterThan(3);
    expect(night.outcome).toMatchObject({ error: "LedgerError" });
  });
});

test("so many properties at once as the stage's file says, each child waited for", () => {
  const states = definition.States as Record<string, Record<string, unknown>>;
  expect(states.SyncProperties).toMatchObject({ MaxConcurrency: 5 });
  const { ItemProcessor } = states.SyncProperties as { ItemProcessor: { States: object } };
  expect(ItemProcessor.States).toMatchObject({
    SyncProperty: { Resource: "arn:aws:states:::states:startExecution.sync:2" },
  });
});

test("it starts at six in Pacific time, and is told for when", () => {
  pipeline.hasResourceProperties("AWS::Scheduler::Schedule", {
    ScheduleExpression: "cron(0 6 * * ? *)",
    ScheduleExpressionTimezone: "America/Los_Angeles",
    State: "ENABLED",
    Target: { Input: '{"scheduledTime":"<aws.scheduler.scheduled-time>"}' },
  });
});

test("an execution that ends without its last state is told to halt-run, lost ones are looked for", () => {
  pipeline.hasResourceProperties("AWS::Events::Rule", {
    EventPattern: {
      source: ["aws.states"],
      "detail-type": ["Step Functions Execution Status Change"],
      detail: {
        stateMachineArn: [{ Ref: syncId }],
        status: ["ABORTED", "FAILED", "TIMED_OUT"],
      },
    },
  });
  pipeline.hasResourceProperties("AWS::Events::Rule", { ScheduleExpression: "rate(5 minutes)" });
  pipeline.hasResourceProperties("AWS::Events::Rule", { ScheduleExpression: "rate(1 hour)" });
});

type Started = { readonly Name: string; readonly Input: unknown };

async function run(
  input: object,
  pages: readonly (NightPage | Error)[],
  child: (name: string) => object | Error = () => ({}),
) {
  const asked: unknown[] = [];
  const started: Started[] = [];
  const { result, eventLogs } = machine.run(JSON.parse(JSON.stringify(input)), {
    context: { Execution: { Name: "execution-1" } },
    overrides: {
      taskResourceLocalHandlers: {
        ListProperties: (event) => {
          const turn = asked.push(event) - 1;
          const answer = pages.at(Math.min(turn, pages.length - 1));
          if (answer instanceof Error) throw answer;
          return JSON.parse(JSON.stringify(answer));
        },
        SyncProperty: (event) => {
          const asStarted = event as unknown as Started;
          started.push(asStarted);
          const answer = child(asStarted.Name);
          if (answer instanceof Error) throw answer;
          return answer as Record<string, never>;
        },
      },
      retryIntervalOverrides: { ListProperties: 0, SyncProperty: 0 },
    },
  });
  const outcome = await result.then(
    (value) => ({ result: value }),
    (error: Error) => ({ error: (error.cause instanceof Error ? error.cause : error).name }),
  );
  const path: string[] = [];
  for await (const event of eventLogs) {
    if (event.type === "StateEntered") path.push(event.state.name);
  }
  return { outcome, asked, started, path };
}

function page(names: readonly string[], after: string | null): NightPage {
  return {
    runs: names.map((name) => ({
      name,
      request: { siteUrl: `sc-domain:${name}.example`, from: "2026-06-10", to: "2026-06-19" },
    })),
    after,
  };
}

function fault(name: string, text: string): Error {
  return Object.assign(new Error(text), { name });
}
