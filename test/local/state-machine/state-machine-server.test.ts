import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from "@aws-sdk/client-sfn";
import { ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { describe, expect, onTestFinished, test } from "vitest";
import { localClientOptions, stateMachineArn } from "../../../local/aws-servers/local-names.ts";
import { startSqsServer } from "../../../local/aws-servers/sqs-server.ts";
import type { FunctionResult } from "../../../local/functions/function-result.ts";
import { parseDefinition } from "../../../local/state-machine/state-machine-definition.ts";
import { openExecutions } from "../../../local/state-machine/state-machine-executions.ts";
import { startStateMachineServer } from "../../../local/state-machine/state-machine-server.ts";
import {
  bindTasks,
  functionTask,
  sendMessageTask,
  UnknownTaskError,
} from "../../../local/state-machine/state-machine-tasks.ts";
import { toyStateMachine } from "../../support/homes/toy-state-machine.ts";
import { waitUntil } from "../../support/wait-until.ts";

type Answer = (event: unknown, call: number) => unknown;

const executionArn = (name: string) =>
  `${stateMachineArn.replace(":stateMachine:", ":execution:")}:${name}`;

/** The toy machine with functions that the test answers for; an Error is a failing handler. */
async function machine(answers: { plan?: Answer; dispatch?: Answer; finish?: Answer } = {}) {
  const queue = await startSqsServer();
  const sqs = new SQSClient(localClientOptions(queue.url));
  const calls: { name: string; event: unknown }[] = [];
  const call = (name: string, answer: Answer) =>
    functionTask(async (event): Promise<FunctionResult> => {
      calls.push({ name, event });
      const payload = await answer(event, calls.filter((made) => made.name === name).length);
      if (!(payload instanceof Error)) return { kind: "ok", payload };
      const error = { errorType: payload.name, errorMessage: payload.message };
      return { kind: "error", error };
    });
  const { machine: definition, tasks } = parseDefinition(toyStateMachine);
  const executions = openExecutions({
    stateMachineArn,
    definition,
    tasks: bindTasks(tasks, {
      PlanRun: call("plan", answers.plan ?? (() => ({}))),
      DispatchBatches: call("dispatch", answers.dispatch ?? (() => ({ next: "finish" }))),
      FinishRun: call("finish", answers.finish ?? (() => ({ failed: false }))),
      SendBatchMessage: sendMessageTask(sqs, queue.queueUrl),
    }),
    nowMs: Date.now,
    onEvent: () => {},
  });
  const server = await startStateMachineServer({ stateMachineArn, executions });
  const client = new SFNClient({ ...localClientOptions(server.url), maxAttempts: 1 });
  onTestFinished(async () => {
    client.destroy();
    sqs.destroy();
    await server.close();
    await queue.stop();
  });
  return {
    client,
    calls,
    start: (name: string, input: unknown = {}) =>
      client.send(
        new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }),
      ),
    describe: (name: string) =>
      client.send(new DescribeExecutionCommand({ executionArn: executionArn(name) })),
    ended: (name: string) =>
      waitUntil(`the end of ${name}`, async () => {
        const command = new DescribeExecutionCommand({ executionArn: executionArn(name) });
        const execution = await client.send(command);
        return execution.status !== "RUNNING" && execution;
      }),
    async sent() {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: queue.queueUrl, MaxNumberOfMessages: 10 }),
      );
      return Messages.map(({ Body }) => JSON.parse(Body ?? ""));
    },
  };
}

function named(name: string, message = name): Error {
  return Object.assign(new Error(message), { name });
}

describe("an execution", () => {
  test("runs to its end: messages sent, waited, dispatched again, finished", async () => {
    const messages = [{ batchId: "1" }, { batchId: "2" }];
    const { start, ended, calls, sent } = await machine({
      plan: () => ({ runId: "r" }),
      dispatch: (_, call) =>
        call === 1
          ? { runId: "r", next: "continue", messages, waitSeconds: 1 }
          : { runId: "r", next: "finish" },
      finish: () => ({ failed: false, status: "complete" }),
    });
    const { startDate } = await start("first", { siteUrl: "sc-domain:example.com" });
    const execution = await ended("first");
    expect(calls.map(({ name }) => name)).toEqual(["plan", "dispatch", "dispatch", "finish"]);
    expect(calls[0]?.event).toEqual({
      request: { siteUrl: "sc-domain:example.com" },
      execution: executionArn("first"),
      name: "first",
      startedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
    expect(await sent()).toEqual(expect.arrayContaining(messages));
    expect(execution).toMatchObject({
      name: "first",
      stateMachineArn,
      status: "SUCCEEDED",
      startDate,
      input: '{"siteUrl":"sc-domain:example.com"}',
    });
    expect(JSON.parse(execution.output ?? "")).toEqual({ failed: false, status: "complete" });
    const tookMs = Number(execution.stopDate) - Number(execution.startDate);
    expect(tookMs).toBeGreaterThanOrEqual(1_000);
  });

  test("retries the errors that a state names, and goes on", async () => {
    const { start, ended, calls } = await machine({
      dispatch: (_, call) => (call < 3 ? named("Busy") : { next: "finish" }),
    });
    await start("retried");
    expect(await ended("retried")).toHaveProperty("status", "SUCCEEDED");
    expect(calls.map(({ name }) => name)).toEqual([
      "plan",
      "dispatch",
      "dispatch",
      "dispatch",
      "finish",
    ]);
  });

  test("hands a caught error on, with Lambda's object as its cause", async () => {
    const { start, ended, calls } = await machine({
      plan: () => ({ runId: "r" }),
      dispatch: () => named("LedgerError", "the table is gone"),
    });
    await start("caught");
    expect(await ended("caught")).toHaveProperty("status", "SUCCEEDED");
    const event = calls.at(-1)?.event;
    expect(event).toMatchObject({ runId: "r", error: { Error: "LedgerError" } });
    expect(event).toHaveProperty(
      "error.Cause",
      '{"errorType":"LedgerError","errorMessage":"the table is gone"}',
    );
  });

  test("that fails keeps error and cause", async () => {
    const { start, ended } = await machine({
      plan: (event) =>
        JSON.stringify(event).includes("boom") ? named("RangeError", "too far") : {},
      finish: () => ({ failed: true }),
    });
    await start("by-state");
    await start("by-handler", "boom");
    expect(await ended("by-state")).toMatchObject({
      status: "FAILED",
      error: "RunFailed",
      cause: "the toy run failed",
    });
    expect(await ended("by-handler")).toMatchObject({
      status: "FAILED",
      error: "RangeError",
      cause: '{"errorType":"RangeError","errorMessage":"too far"}',
    });
  });

  test("is the same one when started twice with the same input while it runs", async () => {
    const release = Promise.withResolvers<object>();
    const { start, ended, calls } = await machine({ plan: () => release.promise });
    const first = await start("night", { days: 1 });
    const second = await start("night", { days: 1 });
    expect(second.executionArn).toBe(first.executionArn);
    expect(second.startDate).toEqual(first.startDate);
    await expect(start("night", { days: 2 })).rejects.toHaveProperty(
      "name",
      "ExecutionAlreadyExists",
    );
    release.resolve({});
    await ended("night");
    await expect(start("night", { days: 1 })).rejects.toHaveProperty(
      "name",
      "ExecutionAlreadyExists",
    );
    expect(calls.filter(({ name }) => name === "plan")).toHaveLength(1);
  });

  test("can be stopped: nothing is started after, and the reason is kept", async () => {
    const { client, start, describe, calls } = await machine({
      dispatch: () => ({ next: "continue", messages: [], waitSeconds: 60 }),
    });
    await start("long");
    await waitUntil("the wait", () => calls.length === 2);
    const { stopDate } = await client.send(
      new StopExecutionCommand({ executionArn: executionArn("long"), error: "Halted" }),
    );
    expect(await describe("long")).toMatchObject({ status: "ABORTED", error: "Halted", stopDate });
    expect(calls).toHaveLength(2);
  });

  test("is listed, newest first, by status and page", async () => {
    const release = Promise.withResolvers<object>();
    const { client, start, ended } = await machine({
      plan: (event) => (JSON.stringify(event).includes("hold") ? release.promise : {}),
    });
    await start("a");
    await ended("a");
    await start("b", "hold");
    await start("c");
    await ended("c");
    const list = async (options: object) => {
      const answer = await client.send(new ListExecutionsCommand({ stateMachineArn, ...options }));
      return { ...answer, names: answer.executions?.map(({ name }) => name) };
    };
    expect((await list({})).names).toEqual(["c", "b", "a"]);
    expect((await list({ statusFilter: "RUNNING" })).names).toEqual(["b"]);
    const page = await list({ maxResults: 2 });
    expect(page.names).toEqual(["c", "b"]);
    expect((await list({ maxResults: 2, nextToken: page.nextToken })).names).toEqual(["a"]);
    release.resolve({});
  });
});

describe("the Step Functions API", () => {
  test("refuses what AWS refuses, with errors that the SDK knows", async () => {
    const { client, start } = await machine();
    const input = "not json";
    const refused = async (command: Promise<unknown>) =>
      command.then(
        () => "no error",
        (error: unknown) => (error instanceof Error ? error.name : error),
      );
    const { describe: describeExecution } = await machine();
    expect(await refused(describeExecution("nobody"))).toBe("ExecutionDoesNotExist");
    expect(await refused(start("a name with spaces"))).toBe("InvalidName");
    expect(await refused(client.send(new StartExecutionCommand({ stateMachineArn, input })))).toBe(
      "InvalidExecutionInput",
    );
    expect(
      await refused(client.send(new StartExecutionCommand({ stateMachineArn: "arn:of:another" }))),
    ).toBe("StateMachineDoesNotExist");
    expect(
      await refused(client.send(new GetExecutionHistoryCommand({ executionArn: "arn" }))),
    ).toBe("UnknownOperationException");
  });

  test("a machine with a task that nobody here runs is refused, not sent to AWS", () => {
    const { tasks } = parseDefinition(toyStateMachine);
    expect(tasks.map(({ name }) => name)).toContain("SendBatchMessage");
    expect(() => bindTasks(tasks, {})).toThrow(UnknownTaskError);
  });
});
