import { randomUUID } from "node:crypto";
import { z } from "zod";
import {
  AwsJsonError,
  type AwsJsonRequest,
  startAwsJsonServer,
  unknownOperation,
} from "../aws-servers/aws-json-server.ts";
import type { Execution, Executions } from "./state-machine-executions.ts";

export type StateMachineServer = {
  readonly url: string;
  /** Aborts what runs. */
  close(): Promise<void>;
};

/**
 * Speaks as much of the Step Functions API (AWS JSON 1.0) as starting and watching a run takes.
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
 */
export async function startStateMachineServer(api: Api): Promise<StateMachineServer> {
  const server = await startAwsJsonServer({
    version: "1.0",
    faultType: "InternalServerError",
    key: api.key,
    answer: (request) => answer(request, api),
  });
  return {
    url: server.url,
    close() {
      api.executions.stopAll({
        error: "LocalStackClosed",
        cause: "the local stack was closed",
      });
      return server.close();
    },
  };
}

type Api = {
  readonly stateMachineArn: string;
  readonly executions: Executions;
  /** The access key that requests are signed with; absent: any. */
  readonly key?: string;
};

function answer({ target, body }: AwsJsonRequest, api: Api): object {
  switch (target) {
    case "AWSStepFunctions.StartExecution":
      return startExecution(parse(StartSchema, body), api);
    case "AWSStepFunctions.DescribeExecution":
      return describe(find(parse(ExecutionSchema, body).executionArn, api), api);
    case "AWSStepFunctions.StopExecution":
      return stopExecution(parse(ExecutionSchema, body), api);
    case "AWSStepFunctions.ListExecutions":
      return listExecutions(parse(ListSchema, body), api);
    default:
      throw unknownOperation(target);
  }
}

function startExecution(
  { stateMachineArn, name = randomUUID(), input = "{}" }: z.infer<typeof StartSchema>,
  api: Api,
): object {
  checkMachine(stateMachineArn, api);
  const execution = api.executions.start(name, input);
  if (execution === "exists") {
    throw new AwsJsonError("ExecutionAlreadyExists", `Execution Already Exists: '${name}'`);
  }
  if (execution === "invalid-input") {
    throw new AwsJsonError("InvalidExecutionInput", "Invalid State Machine Execution Input");
  }
  return { executionArn: execution.executionArn, startDate: execution.startedUtcMs / 1_000 };
}

function stopExecution(
  { executionArn, error, cause }: z.infer<typeof ExecutionSchema>,
  api: Api,
): object {
  const execution = find(executionArn, api);
  api.executions.stop(execution, {
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause }),
  });
  return { stopDate: (execution.stoppedUtcMs ?? 0) / 1_000 };
}

function listExecutions(
  { stateMachineArn, statusFilter, maxResults, nextToken }: z.infer<typeof ListSchema>,
  api: Api,
): object {
  checkMachine(stateMachineArn, api);
  const matching = api.executions
    .list()
    .filter(({ status }) => statusFilter === undefined || status === statusFilter);
  const from = nextToken === undefined ? 0 : Number(nextToken);
  const to = from + (maxResults === 0 ? 100 : maxResults);
  return {
    executions: matching.slice(from, to).map((execution) => summary(execution, api)),
    ...(to < matching.length ? { nextToken: String(to) } : {}),
  };
}

function describe(execution: Execution, api: Api): object {
  const { input, output, error, cause } = execution;
  return { ...summary(execution, api), input, output, error, cause };
}

function summary(execution: Execution, { stateMachineArn }: Api): object {
  const { executionArn, name, status, startedUtcMs, stoppedUtcMs } = execution;
  return {
    executionArn,
    stateMachineArn,
    name,
    status,
    startDate: startedUtcMs / 1_000,
    ...(stoppedUtcMs === undefined ? {} : { stopDate: stoppedUtcMs / 1_000 }),
  };
}

function find(executionArn: string, { executions }: Api): Execution {
  const execution = executions.find(executionArn);
  if (execution !== undefined) return execution;
  throw new AwsJsonError("ExecutionDoesNotExist", `Execution Does Not Exist: '${executionArn}'`);
}

function checkMachine(arn: string, { stateMachineArn }: Api): void {
  if (arn === stateMachineArn) return;
  throw new AwsJsonError("StateMachineDoesNotExist", `State Machine Does Not Exist: '${arn}'`);
}

const StartSchema = z.object({
  stateMachineArn: z.string(),
  name: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,80}$/)
    .optional(),
  input: z.string().optional(),
});
const ExecutionSchema = z.object({
  executionArn: z.string(),
  error: z.string().optional(),
  cause: z.string().optional(),
});
const ListSchema = z.object({
  stateMachineArn: z.string(),
  statusFilter: z.string().optional(),
  maxResults: z.int().min(0).max(1_000).default(0),
  nextToken: z.string().regex(/^\d+$/).optional(),
});

function parse<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const type = parsed.error.issues[0]?.path[0] === "name" ? "InvalidName" : "ValidationException";
  throw new AwsJsonError(type, z.prettifyError(parsed.error));
}
