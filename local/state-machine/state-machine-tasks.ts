import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { z } from "zod";
import type { FunctionError, FunctionResult } from "../functions/function-result.ts";
import type { Json, TaskState } from "./state-machine-definition.ts";

export type TaskHandler = (input: Json) => Promise<Json>;

export type InvokeFunction = (event: unknown) => Promise<FunctionResult>;

/** A handler's failure as a Retry or Catch of the state machine sees it: matched by its name. */
export class TaskFailedError extends Error {
  readonly code = "TASK_FAILED";

  constructor(error: FunctionError) {
    // What Step Functions gives as the cause of a failed Lambda task.
    super(JSON.stringify(error));
    this.name = error.errorType;
  }
}

/** A machine with a task that nothing here can run: it would be sent to AWS otherwise. */
export class UnknownTaskError extends Error {
  readonly code = "UNKNOWN_TASK";

  constructor({ name, resource }: TaskState) {
    super(`the state machine has a task ${name} (${resource}) that local mode has no handler for`);
    this.name = "UnknownTaskError";
  }
}

/** One handler for each task of the machine. @throws UnknownTaskError */
export function bindTasks(
  tasks: readonly TaskState[],
  handlers: Readonly<Record<string, (task: TaskState) => TaskHandler>>,
): Record<string, TaskHandler> {
  return Object.fromEntries(
    tasks.map((task) => {
      const handler = handlers[task.name];
      if (handler === undefined) throw new UnknownTaskError(task);
      return [task.name, handler(task)];
    }),
  );
}

/** A task that invokes a function, in either of the forms that CDK writes. */
export function functionTask(invoke: InvokeFunction): (task: TaskState) => TaskHandler {
  return ({ resource }) => {
    const wrapped = resource.endsWith(":states:::lambda:invoke");
    return async (input) => {
      const event = wrapped ? WrappedInputSchema.parse(input).Payload : input;
      const result = await invoke(event);
      if (result.kind === "error") throw new TaskFailedError(result.error);
      const payload = z.json().parse(result.payload ?? null);
      return wrapped ? { ExecutedVersion: "$LATEST", Payload: payload, StatusCode: 200 } : payload;
    };
  };
}

/** A `sqs:sendMessage` task: to the local queue, whichever the definition names. */
export function sendMessageTask(sqs: SQSClient, queueUrl: string): () => TaskHandler {
  return () => async (input) => {
    const { MessageBody, DelaySeconds } = SendMessageInputSchema.parse(input);
    const sent = await sqs.send(
      new SendMessageCommand({
        QueueUrl: queueUrl,
        MessageBody: typeof MessageBody === "string" ? MessageBody : JSON.stringify(MessageBody),
        DelaySeconds,
      }),
    );
    return { MessageId: sent.MessageId ?? null, MD5OfMessageBody: sent.MD5OfMessageBody ?? null };
  };
}

/**
 * The machine starts another execution of itself; `start` answers `exists` when one of that name
 * has been there before.
 */
export function startExecutionTask(
  start: (
    name: string,
    input: string,
  ) => { readonly executionArn: string } | "exists" | "invalid-input",
): (task: TaskState) => TaskHandler {
  return () => async (input) => {
    const { Name, Input } = StartExecutionInputSchema.parse(input);
    const started = start(Name, JSON.stringify(Input));
    if (typeof started !== "string") return { ExecutionArn: started.executionArn };
    throw new ExecutionStartError(started, Name);
  };
}

/** What Step Functions throws where an execution cannot be started. */
class ExecutionStartError extends Error {
  readonly code = "EXECUTION_NOT_STARTED";

  constructor(why: string, name: string) {
    super(`execution ${name} was not started: ${why}`);
    this.name =
      why === "exists"
        ? "StepFunctions.ExecutionAlreadyExistsException"
        : "StepFunctions.InvalidExecutionInputException";
  }
}

const StartExecutionInputSchema = z.object({ Name: z.string(), Input: z.json() });
const WrappedInputSchema = z.object({ Payload: z.unknown() });
const SendMessageInputSchema = z.object({
  MessageBody: z.json(),
  DelaySeconds: z.number().optional(),
});
