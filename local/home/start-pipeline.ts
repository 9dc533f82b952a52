import { join } from "node:path";
import { SQSClient } from "@aws-sdk/client-sqs";
import { z } from "zod";
import { functionTimeoutsSeconds } from "../../shared/config/function-timeouts.ts";
import {
  metricsNamespace,
  type RunFunctionName,
  runFunctionNames,
  stateNames,
} from "../../shared/config/names.ts";
import { parseEmfLine } from "../../shared/telemetry/metric-record.ts";
import {
  localClientOptions,
  localNames,
  localRegion,
  queueArn,
  stateMachineArn,
} from "../aws-servers/local-names.ts";
import { startEventSource } from "../functions/event-source.ts";
import { openFunctionLog } from "../functions/function-log.ts";
import { type FunctionPool, startFunctionPool } from "../functions/function-pool.ts";
import { leverReading, type ReadLever } from "../functions/lever-reading.ts";
import { openMetricSeries } from "../metrics/metric-series.ts";
import { sampleQueueDepth } from "../metrics/sample-queue-depth.ts";
import { parseDefinition } from "../state-machine/state-machine-definition.ts";
import { type Executions, openExecutions } from "../state-machine/state-machine-executions.ts";
import { startStateMachineServer } from "../state-machine/state-machine-server.ts";
import {
  bindTasks,
  functionTask,
  sendMessageTask,
  startExecutionTask,
} from "../state-machine/state-machine-tasks.ts";
import { functionEnvironment, handlerEnvironment } from "./handler-environment.ts";
import type { Home } from "./home.ts";
import type { StackEndpoints } from "./stack.ts";
import type { StackParts } from "./stack-parts.ts";
import type { Servers } from "./start-servers.ts";

export type Pipeline = {
  readonly endpoints: StackEndpoints;
  readonly handlerEnvironment: Readonly<Record<string, string>>;
};

/** Of the functions that the state machine calls; executions seldom overlap. */
const stateMachineWorkers = 4;
/** A batch is worked in slices of about 4 s. */
const closeTimeoutMs = 5_000;

/**
 * Starts what works: the functions' processes, the state machine and the queue's event source.
 * `stops` gets one stop for all of it; `forced` cuts its patience short.
 */
export async function startPipeline(options: {
  readonly home: Home;
  readonly parts: StackParts;
  readonly servers: Servers;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The access key that the servers check. */
  readonly key: string;
  readonly lever: number;
  readonly openLever: (handlerEnvironment: Readonly<Record<string, string>>) => ReadLever;
  readonly onNotice: (notice: string) => void;
  readonly stops: AsyncDisposableStack;
  readonly forced: AbortSignal;
}): Promise<Pipeline> {
  const { home, parts, servers, environment, key, stops } = options;
  const { definition, ...addresses } = servers;
  const { machine, tasks } = parseDefinition(definition);

  const sqs = new SQSClient(localClientOptions(servers.sqs, key));
  stops.defer(() => sqs.destroy());
  const log = openFunctionLog(join(home.folders.logs, "state-machine.log"));
  stops.defer(() => log.close());

  const series = openMetricSeries(home.folders.telemetry);
  stops.defer(() => series.close());
  const queueDepth = sampleQueueDepth({ sqs, queueUrl: servers.queueUrl, series });
  stops.defer(() => queueDepth.close());

  // The functions need the endpoints and the state machine needs the functions: they are started
  // when first called, so they learn the last endpoint in time.
  const pools = new Map<RunFunctionName, FunctionPool>();
  const call = (name: RunFunctionName) =>
    functionTask(async (event) => {
      if (name === "plan-run") warmUp(event);
      const result = await pools.get(name)?.invoke(event);
      if (result === undefined) throw new Error(`${name} was called before it was there`);
      return result;
    });
  /** A run begins: its processes start beside its planning, not one after the other. */
  function warmUp(event: unknown): void {
    pools.get("dispatch-batches")?.warm(1);
    pools.get("fetch-batch")?.warm(workersOf(event));
  }
  const executions: Executions = openExecutions({
    stateMachineArn,
    definition: machine,
    tasks: bindTasks(tasks, {
      [stateNames.planRun]: call("plan-run"),
      [stateNames.dispatchBatches]: call("dispatch-batches"),
      [stateNames.finishRun]: call("finish-run"),
      [stateNames.sendBatchMessage]: sendMessageTask(sqs, servers.queueUrl),
      [stateNames.startSuccessor]: startExecutionTask((name, input) =>
        executions.start(name, input),
      ),
    }),
    nowMs: Date.now,
    onEvent: (event) => log.write(JSON.stringify(event)),
  });
  const stateMachine = await startStateMachineServer({ stateMachineArn, executions, key });
  stops.defer(() => stateMachine.close());

  const endpoints: StackEndpoints = {
    ...addresses,
    stepFunctions: stateMachine.url,
    ledgerTable: localNames.ledgerTable,
    quotaTable: localNames.quotaTable,
    rowsTable: localNames.rowsTable,
    stateMachineArn,
  };
  const handlers = handlerEnvironment(endpoints, {
    home: home.folder,
    lever: options.lever,
    key,
    environment,
  });
  const lever = leverReading(options.openLever(handlers), {
    first: options.lever,
    maxAgeMs: 500,
    nowMs: () => performance.now(),
  });

  for (const functionName of runFunctionNames) {
    pools.set(
      functionName,
      startFunctionPool({
        functionName,
        modulePath: parts.functionModule(functionName),
        environment: functionEnvironment(functionName, handlers, environment),
        logFile: join(home.folders.logs, `${functionName}.log`),
        timeoutMs: functionTimeoutsSeconds[functionName] * 1_000,
        onOutput(line) {
          const record = parseEmfLine(line, metricsNamespace);
          if (record !== undefined) series.add(record);
        },
        limit: functionName === "fetch-batch" ? lever.last : () => stateMachineWorkers,
      }),
    );
  }
  const workers = pools.get("fetch-batch");
  if (workers === undefined) throw new Error("there is no fetch-batch");
  const eventSource = startEventSource({
    sqs,
    queueUrl: servers.queueUrl,
    queueArn: queueArn(localNames.batchQueue),
    region: localRegion,
    invoke: workers.invoke,
    readLever: lever.read,
    onNotice: options.onNotice,
  });

  stops.defer(async () => {
    executions.stopAll({ error: "LocalStackClosed", cause: "the local stack was closed" });
    const closePools = (ms: number) =>
      Promise.all([...pools.values()].map((pool) => pool.close({ timeoutMs: ms })));
    options.forced.addEventListener("abort", () => void closePools(0), { once: true });
    await Promise.all([
      eventSource.close(),
      closePools(options.forced.aborted ? 0 : closeTimeoutMs),
    ]);
  });
  return { endpoints, handlerEnvironment: handlers };
}

const PlanRunEventSchema = z.object({ request: z.object({ concurrency: z.int().min(1) }) });

/** The workers that a run asks for; one where it does not say, the rest come when needed. */
function workersOf(event: unknown): number {
  return PlanRunEventSchema.safeParse(event).data?.request.concurrency ?? 1;
}
