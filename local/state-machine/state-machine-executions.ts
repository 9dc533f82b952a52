import {
  ExecutionTimeoutError,
  StateMachine,
  type StateMachineDefinition,
} from "aws-local-stepfunctions";
import { z } from "zod";
import type { Json } from "./state-machine-definition.ts";
import type { TaskHandler } from "./state-machine-tasks.ts";

export type ExecutionStatus = "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";

export type Execution = {
  readonly executionArn: string;
  readonly name: string;
  readonly input: string;
  readonly startedUtcMs: number;
  status: ExecutionStatus;
  stoppedUtcMs?: number;
  output?: string;
  error?: string;
  cause?: string;
};

export type Executions = {
  /** The execution of that name while it runs with the same input; `exists` if it's another one. */
  start(name: string, input: string): Execution | "exists" | "invalid-input";
  find(executionArn: string): Execution | undefined;
  /** Newest first. */
  list(): readonly Execution[];
  stop(execution: Execution, why: { readonly error?: string; readonly cause?: string }): void;
  stopAll(why: { readonly error: string; readonly cause: string }): void;
};

export type ExecutionsOptions = {
  readonly stateMachineArn: string;
  readonly definition: StateMachineDefinition;
  readonly tasks: Readonly<Record<string, TaskHandler>>;
  readonly nowMs: () => number;
  /** A state that failed, was retried or caught: for the log. */
  readonly onEvent: (event: unknown) => void;
};

/**
 * The executions of one state machine, in memory: RUNNING, then for good SUCCEEDED, FAILED,
 * TIMED_OUT or ABORTED. A name is taken for as long as the process lives.
 */
export function openExecutions(options: ExecutionsOptions): Executions {
  const { definition, stateMachineArn, nowMs } = options;
  // The ARNs are placeholders; every task has a handler of its own.
  const machine = new StateMachine(definition, { validationOptions: { checkArn: false } });
  const byArn = new Map<string, { execution: Execution; abort: () => void }>();

  function run(execution: Execution, input: Json): () => void {
    const running = machine.run(input, {
      overrides: { taskResourceLocalHandlers: options.tasks },
      context: contextOf(execution, stateMachineArn),
    });
    const end = (ending: Partial<Execution>) => {
      if (execution.status === "RUNNING") {
        Object.assign(execution, ending, { stoppedUtcMs: nowMs() });
      }
    };
    running.result.then(
      (output) => end({ status: "SUCCEEDED", output: JSON.stringify(output) }),
      (thrown: unknown) => end(failureOf(thrown)),
    );
    // Events pile up in memory unless they are read.
    void drain(running.eventLogs, (event) => options.onEvent({ execution: execution.name, event }));
    return running.abort;
  }

  function stop(execution: Execution, why: { error?: string; cause?: string }): void {
    if (execution.status !== "RUNNING") return;
    Object.assign(execution, why, { status: "ABORTED", stoppedUtcMs: nowMs() });
    byArn.get(execution.executionArn)?.abort();
  }

  return {
    start(name, input) {
      const executionArn = `${stateMachineArn.replace(":stateMachine:", ":execution:")}:${name}`;
      const known = byArn.get(executionArn)?.execution;
      if (known !== undefined) {
        return known.status === "RUNNING" && known.input === input ? known : "exists";
      }
      const parsed = parseJson(input);
      if (!parsed.success) return "invalid-input";
      const execution: Execution = {
        executionArn,
        name,
        input,
        startedUtcMs: nowMs(),
        status: "RUNNING",
      };
      byArn.set(executionArn, { execution, abort: run(execution, parsed.data) });
      return execution;
    },
    find: (executionArn) => byArn.get(executionArn)?.execution,
    list: () => [...byArn.values()].map(({ execution }) => execution).reverse(),
    stop,
    stopAll(why) {
      for (const { execution } of byArn.values()) stop(execution, why);
    },
  };
}

function contextOf(execution: Execution, stateMachineArn: string) {
  return {
    Execution: {
      Id: execution.executionArn,
      Name: execution.name,
      RoleArn: "arn:aws:iam::000000000000:role/local",
    },
    StateMachine: { Id: stateMachineArn, Name: stateMachineArn.split(":").at(-1) },
  };
}

function failureOf(thrown: unknown): Partial<Execution> {
  if (thrown instanceof ExecutionTimeoutError) {
    return { status: "TIMED_OUT", error: "States.Timeout", cause: thrown.message };
  }
  // The runner wraps what a state threw.
  const error = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
  if (!(error instanceof Error)) return { status: "FAILED", error: "Error", cause: String(error) };
  return { status: "FAILED", error: error.name, cause: error.message };
}

async function drain(
  events: AsyncIterable<{ readonly type: string }>,
  onEvent: (event: unknown) => void,
): Promise<void> {
  const reported = new Set(["StateFailed", "StateRetried", "StateCaught", "ExecutionFailed"]);
  for await (const event of events) if (reported.has(event.type)) onEvent(event);
}

function parseJson(text: string) {
  try {
    return z.json().safeParse(JSON.parse(text));
  } catch {
    return { success: false } as const;
  }
}
