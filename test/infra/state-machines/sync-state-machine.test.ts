import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StateMachine, type StateMachineDefinition } from "aws-local-stepfunctions";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadStateMachineDefinition } from "../../../local/state-machine/synthesise-state-machine.ts";
import { stateNames } from "../../../shared/config/names.ts";
import type { BatchMessage } from "../../../shared/ledger/batch-message.ts";
import type { DispatchResult } from "../../../shared/sync/dispatch/dispatch-batches.ts";

let cacheFolder = "";
let definition: StateMachineDefinition;
let machine: StateMachine;

beforeAll(async () => {
  cacheFolder = await mkdtemp(join(tmpdir(), "gsc-sync-machine-"));
  const loaded = await loadStateMachineDefinition({ cacheFolder });
  definition = loaded as unknown as StateMachineDefinition;
  machine = new StateMachine(definition);
});
afterAll(async () => {
  await rm(cacheFolder, { recursive: true, force: true });
});

const request = { siteUrl: "sc-domain:sample.example", from: "2026-03-01", to: "2026-03-02" };

describe("an execution of the sync state machine", () => {
  test("plans, sends twice, waits as asked in between, and finishes", async () => {
    const run = await execute({
      dispatch: [
        continueWith([message("b1"), message("b2")], 7),
        continueWith([message("b3")], 0),
        finish,
      ],
    });

    expect(run.outcome).toEqual({ result: { runId: "r1", status: "complete", reason: "" } });
    expect(run.inputs.PlanRun).toEqual([{ request, executionName: "night-1" }]);
    expect(run.inputs.DispatchBatches).toEqual(
      [10, 25, 25].map((events) => ({ runId: "r1", executionName: "night-1", events })),
    );
    expect(run.inputs.FinishRun).toEqual([{ runId: "r1", executionName: "night-1" }]);
    expect(run.bodies()).toEqual([message("b1"), message("b2"), message("b3")]);
    expect(run.path.filter((state) => state === "WaitAsAsked")).toHaveLength(1);
  });

  test("waits the seconds that the dispatcher names", async () => {
    const startedAtMs = performance.now();
    await execute({ dispatch: [continueWith([], 1), finish], waitForReal: true });
    expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(990);
  });

  describe("whose run is handed over", () => {
    const handOver: DispatchResult = { ...finish, next: "hand-over", successor: "night-1-b" };

    test("starts the successor with the run's name, and succeeds without finishing the run", async () => {
      const run = await execute({ dispatch: [handOver] });
      expect(run.inputs.StartSuccessor).toMatchObject([
        { Name: "night-1-b", Input: { runId: "r1" } },
      ]);
      expect(run.inputs.FinishRun).toEqual([]);
      expect(run.path.at(-1)).toBe("HandedOver");
    });

    test("is content with a successor that was there before, at once", async () => {
      const startSuccessor = () => {
        throw fault("StepFunctions.ExecutionAlreadyExistsException", "night-1-b");
      };
      const run = await execute({ dispatch: [handOver], startSuccessor });
      expect(run.inputs.StartSuccessor).toHaveLength(1);
      expect(run.path.at(-1)).toBe("HandedOver");
    });

    test("takes a successor that cannot be started to FinishRun", async () => {
      const startSuccessor = () => {
        throw fault("StepFunctions.StateMachineDoesNotExistException", "gone");
      };
      const run = await execute({ dispatch: [handOver], startSuccessor });
      expect(run.inputs.StartSuccessor).toHaveLength(5);
      expect(run.inputs.FinishRun).toMatchObject([
        { runId: "r1", executionName: "night-1", error: { Cause: "gone" } },
      ]);
    });
  });

  test("sends nothing when there is nothing to send, and asks again", async () => {
    const run = await execute({ dispatch: [continueWith([], 0), finish] });
    expect(run.bodies()).toEqual([]);
    expect(run.inputs.DispatchBatches).toHaveLength(2);
  });

  test.each(["complete", "completed_with_failures"])(
    "succeeds when the run is %s",
    async (status) => {
      const run = await execute({ dispatch: [finish], finished: { status, reason: "" } });
      expect(run.path.at(-1)).toBe("RunSucceeded");
      expect(run.outcome).toEqual({ result: { runId: "r1", status, reason: "" } });
    },
  );

  test.each(["failed", "halted"])("fails with the run's reason when it is %s", async (status) => {
    const run = await execute({
      dispatch: [finish],
      finished: { status, reason: "property is forbidden" },
    });
    expect(run.outcome).toEqual({ error: status, cause: "property is forbidden" });
  });

  test("takes a fault of planning to FinishRun, without a run id when none was asked for", async () => {
    const run = await execute({ plan: [fault("RunRequestError", "no such report")] });
    expect(run.inputs.DispatchBatches).toEqual([]);
    expect(run.inputs.FinishRun).toEqual([
      { executionName: "night-1", error: { Error: "RunRequestError", Cause: "no such report" } },
    ]);
  });

  test("does not plan again on a fault of ours: what a person typed stays wrong", async () => {
    const run = await execute({ plan: [fault("RunRequestError", "no such report")] });
    expect(run.inputs.PlanRun).toHaveLength(1);
  });

  test("takes a fault of planning to FinishRun with the run id that was asked for", async () => {
    const run = await execute({
      plan: [fault("LedgerError", "away")],
      input: { ...request, runId: "mine" },
    });
    expect(run.inputs.FinishRun).toEqual([
      { executionName: "night-1", runId: "mine", error: { Error: "LedgerError", Cause: "away" } },
    ]);
  });

  test("takes a fault of planning to FinishRun without a run id that is no text", async () => {
    const run = await execute({
      plan: [fault("RunRequestError", "runId")],
      input: { ...request, runId: 7 },
    });
    expect(run.inputs.FinishRun[0]).not.toHaveProperty("runId");
  });

  test("asks the dispatcher again when it fails, and goes on", async () => {
    const run = await execute({ dispatch: [fault("LedgerError", "away"), finish] });
    expect(run.outcome).toHaveProperty("result.status", "complete");
    expect(run.inputs.DispatchBatches).toHaveLength(2);
  });

  test("takes a dispatcher that keeps failing to FinishRun with its error", async () => {
    const run = await execute({ dispatch: [fault("TypeError", "a mistake")] });
    expect(run.inputs.DispatchBatches).toHaveLength(5);
    expect(run.inputs.FinishRun).toEqual([
      { runId: "r1", executionName: "night-1", error: { Error: "TypeError", Cause: "a mistake" } },
    ]);
  });

  test.each(["LedgerError", "QuotaError", "RowStoreError"])(
    "outlives a dispatcher and an end that meet two dozen times %s",
    async (name) => {
      const away = Array(24).fill(fault(name, "away"));
      const dispatched = await execute({ dispatch: [...away, finish] });
      expect(dispatched.inputs.DispatchBatches).toHaveLength(25);
      expect(dispatched.outcome).toHaveProperty("result.status", "complete");
      const finished = await execute({ dispatch: [finish], finished: fault(name, "away") });
      expect(finished.inputs.FinishRun).toHaveLength(25);
    },
  );

  test("takes a queue that keeps refusing to FinishRun with its error", async () => {
    const run = await execute({
      dispatch: [continueWith([message("b1")], 0)],
      send: () => {
        throw fault("SqsException", "no queue");
      },
    });
    expect(run.inputs.FinishRun).toEqual([
      {
        runId: "r1",
        executionName: "night-1",
        error: { Error: "SqsException", Cause: "no queue" },
      },
    ]);
  });

  test.each(["SQS.SdkClientException", "States.Timeout"])(
    "outlives a queue that is away for two dozen tries: %s",
    async (name) => {
      let left = 24;
      const run = await execute({
        dispatch: [continueWith([message("b1")], 0), finish],
        send() {
          left -= 1;
          if (left >= 0) throw fault(name, "away");
        },
      });
      expect(run.outcome).toHaveProperty("result.status", "complete");
    },
  );

  test("is patient with a throttled Lambda", async () => {
    const throttled = fault("Lambda.TooManyRequestsException", "Rate Exceeded");
    const run = await execute({ plan: [...Array(9).fill(throttled), { runId: "r1", events: 10 }] });
    expect(run.inputs.PlanRun).toHaveLength(10);
    expect(run.outcome).toHaveProperty("result.status", "complete");
  });

  test("fails with FinishRun's own error when that keeps failing", async () => {
    const run = await execute({ dispatch: [finish], finished: fault("TypeError", "a mistake") });
    expect(run.inputs.FinishRun).toHaveLength(5);
    expect(run.outcome).toEqual({ error: "TypeError", cause: "a mistake" });
  });
});

test("each Lambda task outlives the function it calls, and the machine has no time-out", () => {
  const timeouts = Object.entries(definition.States).flatMap(([name, state]) =>
    state.Type === "Task" ? [[name, state.TimeoutSeconds]] : [],
  );
  expect(Object.fromEntries(timeouts)).toEqual({
    PlanRun: 310,
    DispatchBatches: 70,
    StartSuccessor: 30,
    FinishRun: 310,
  });
  expect(definition).not.toHaveProperty("TimeoutSeconds");
});

type Script = {
  readonly input?: typeof request & { readonly runId?: unknown };
  /** Answers in turn; the last one stays. */
  readonly plan?: readonly (Error | { readonly runId: string; readonly events: number })[];
  readonly dispatch?: readonly (Error | DispatchResult)[];
  readonly finished?: Error | { readonly status: string; readonly reason: string };
  readonly send?: () => void;
  readonly startSuccessor?: () => void;
  readonly waitForReal?: boolean;
};

async function execute(script: Script) {
  const inputs = {
    [stateNames.planRun]: [] as unknown[],
    [stateNames.dispatchBatches]: [] as unknown[],
    [stateNames.sendBatchMessage]: [] as unknown[],
    [stateNames.startSuccessor]: [] as unknown[],
    [stateNames.finishRun]: [] as unknown[],
  };
  const finished = script.finished ?? { status: "complete", reason: "" };
  const answers = {
    PlanRun: script.plan ?? [{ runId: "r1", events: 10 }],
    DispatchBatches: script.dispatch ?? [finish],
    FinishRun: [finished instanceof Error ? finished : { runId: "r1", ...finished }],
  };
  const answering = (state: keyof typeof answers) => (input: unknown) => {
    const turn = inputs[state].push(input) - 1;
    const answer = answers[state].at(Math.min(turn, answers[state].length - 1));
    if (answer instanceof Error) throw answer;
    return JSON.parse(JSON.stringify(answer));
  };
  const noPause = {
    PlanRun: 0,
    DispatchBatches: 0,
    FinishRun: 0,
    SendBatchMessage: 0,
    StartSuccessor: 0,
  };
  const { result, eventLogs } = machine.run(JSON.parse(JSON.stringify(script.input ?? request)), {
    context: { Execution: { Name: "night-1" } },
    overrides: {
      taskResourceLocalHandlers: {
        [stateNames.planRun]: answering("PlanRun"),
        [stateNames.dispatchBatches]: answering("DispatchBatches"),
        [stateNames.finishRun]: answering("FinishRun"),
        [stateNames.sendBatchMessage]: (input) => {
          inputs.SendBatchMessage.push(input);
          script.send?.();
          return {};
        },
        [stateNames.startSuccessor]: (input) => {
          inputs.StartSuccessor.push(input);
          script.startSuccessor?.();
          return {};
        },
      },
      retryIntervalOverrides: noPause,
      ...(script.waitForReal ? {} : { waitTimeOverrides: { WaitAsAsked: 0 } }),
    },
  });
  const outcome = await result.then(
    (value) => ({ result: value }),
    (error: Error) => {
      const cause = error.cause instanceof Error ? error.cause : error;
      return { error: cause.name, cause: cause.message };
    },
  );
  const path: string[] = [];
  for await (const event of eventLogs) {
    if (event.type === "StateEntered") path.push(event.state.name);
  }
  const bodies = () =>
    inputs.SendBatchMessage.map((input) => {
      const { MessageBody } = input as { MessageBody: string };
      return JSON.parse(MessageBody);
    });
  return { outcome, inputs, path, bodies };
}

const finish: DispatchResult = {
  runId: "r1",
  next: "finish",
  messages: [],
  waitSeconds: 0,
  events: 25,
};

function continueWith(messages: readonly BatchMessage[], waitSeconds: number): DispatchResult {
  return { runId: "r1", next: "continue", messages, waitSeconds, events: 25 };
}

function message(batchId: string): BatchMessage {
  return { runId: "r1", batchId };
}

function fault(name: string, text: string): Error {
  return Object.assign(new Error(text), { name });
}
