import { Duration } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { ILogGroup } from "aws-cdk-lib/aws-logs";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import {
  Choice,
  Condition,
  DefinitionBody,
  Fail,
  type IChainable,
  IntegrationPattern,
  JsonPath,
  LogLevel,
  Map as MapState,
  Pass,
  StateMachine,
  StateMachineType,
  Succeed,
  TaskInput,
  Timeout,
  Wait,
  WaitTime,
} from "aws-cdk-lib/aws-stepfunctions";
import {
  LambdaInvoke,
  SqsSendMessage,
  StepFunctionsStartExecution,
} from "aws-cdk-lib/aws-stepfunctions-tasks";
import { Construct } from "constructs";
import { functionTimeoutsSeconds } from "../../shared/config/function-timeouts.ts";
import { stateNames } from "../../shared/config/names.ts";
import type { RunRequestInput } from "../../shared/request/run-request.ts";
import {
  retryOutages,
  retryRepeatable,
  retryServiceAway,
  retryServiceFaults,
  retryStarts,
  retryUnpublished,
} from "./retries.ts";

export type SyncStateMachineProps = {
  readonly planRun: IFunction;
  readonly dispatchBatches: IFunction;
  readonly finishRun: IFunction;
  readonly batchQueue: IQueue;
  readonly stateMachineName: string;
  readonly logGroup: ILogGroup;
  readonly tracing?: boolean;
};

/**
 * One execution works on a run:
 *
 *     PlanRun -> DispatchBatches -> MoreToDo -> RingBatches -> WaitAsked -> DispatchBatches …
 *                                      \-> FinishRun -> RunResult -> RunSucceeded | RunFailed
 *                                      \-> StartSuccessor -> HandedOver
 *
 * A history holds 25,000 events: `events` counts them, and the dispatcher hands the run over in
 * time.
 *
 * A fault in PlanRun, DispatchBatches or RingBatches reaches FinishRun as `error`, {Error, Cause};
 * `runId` is absent when planning failed and the request named no run.
 *
 * Local mode runs this same definition, so it keeps to what its runner does as AWS does: JSONPath,
 * an inline Map, no task tokens. That runner ends a task after 60 s by default: hence
 * the time-outs, which are the functions' own and a little more. The machine has none: a run may
 * wait until tomorrow.
 */
export class SyncStateMachine extends Construct {
  readonly stateMachine: StateMachine;

  constructor(scope: Construct, id: string, props: SyncStateMachineProps) {
    super(scope, id);
    this.stateMachine = new StateMachine(this, "StateMachine", {
      stateMachineName: props.stateMachineName,
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromChainable(syncChain(this, props)),
      logs: { destination: props.logGroup, level: LogLevel.ERROR, includeExecutionData: true },
      tracingEnabled: props.tracing ?? false,
      comment: `One run. Input to start it by hand: ${JSON.stringify(exampleInput)}`,
    });
  }
}

/** What to paste into the console; docs/console.md explains the fields. */
export const exampleInput = {
  siteUrl: "sc-domain:example.com",
  from: "2026-03-01",
  to: "2026-03-31",
} satisfies RunRequestInput;

function syncChain(scope: Construct, props: SyncStateMachineProps): IChainable {
  const planRun = planRunTask(scope, props);
  const dispatchBatches = dispatchBatchesTask(scope, props);
  const ringBatches = ringBatchesMap(scope, props);
  const finishRun = finishRunTask(scope, props);
  const startSuccessor = startSuccessorTask(scope, props);
  const faulted = inputOfFinishRun(scope, "WorkFaulted", ["runId", "error"]).next(finishRun);
  const planFaulted = inputOfFinishRun(scope, "PlanFaulted", ["error"]).next(finishRun);
  const done = inputOfFinishRun(scope, "WorkDone", ["runId"]).next(finishRun);

  const runNamed = new Choice(scope, "RunNamed")
    .when(Condition.and(Condition.isPresent("$.runId"), Condition.isString("$.runId")), faulted)
    .otherwise(planFaulted);
  planRun.addCatch(runNamed, { resultPath: "$.error" });
  dispatchBatches.addCatch(faulted, { resultPath: "$.error" });
  ringBatches.addCatch(faulted, { resultPath: "$.error" });
  const handedOver = new Succeed(scope, "HandedOver");
  startSuccessor
    .addCatch(handedOver, { errors: ["StepFunctions.ExecutionAlreadyExistsException"] })
    .addCatch(faulted, { resultPath: "$.error" })
    .next(handedOver);

  const wait = new Wait(scope, "WaitAsAsked", { time: WaitTime.secondsPath("$.waitSeconds") });
  const waitAsked = new Choice(scope, "WaitAsked")
    .when(Condition.numberGreaterThan("$.waitSeconds", 0), wait.next(dispatchBatches))
    .otherwise(dispatchBatches);
  const moreToDo = new Choice(scope, "MoreToDo")
    .when(Condition.stringEquals("$.next", "finish"), done)
    .when(Condition.stringEquals("$.next", "hand-over"), startSuccessor)
    .otherwise(ringBatches.next(waitAsked));

  finishRun.next(runResult(scope));
  return planRun.next(dispatchBatches).next(moreToDo);
}

function planRunTask(scope: Construct, { planRun }: SyncStateMachineProps): LambdaInvoke {
  const task = new LambdaInvoke(scope, stateNames.planRun, {
    lambdaFunction: planRun,
    payloadResponseOnly: true,
    retryOnServiceExceptions: false,
    taskTimeout: taskTimeout("plan-run"),
    payload: TaskInput.fromObject({
      request: JsonPath.entirePayload,
      executionName: JsonPath.stringAt("$$.Execution.Name"),
    }),
  });
  return retryOutages(retryServiceFaults(task));
}

function dispatchBatchesTask(
  scope: Construct,
  { dispatchBatches }: SyncStateMachineProps,
): LambdaInvoke {
  const task = new LambdaInvoke(scope, stateNames.dispatchBatches, {
    lambdaFunction: dispatchBatches,
    payloadResponseOnly: true,
    retryOnServiceExceptions: false,
    taskTimeout: taskTimeout("dispatch-batches"),
    payload: TaskInput.fromObject({
      runId: JsonPath.stringAt("$.runId"),
      executionName: JsonPath.stringAt("$$.Execution.Name"),
      events: JsonPath.numberAt("$.events"),
    }),
  });
  return retryRepeatable(retryOutages(retryServiceFaults(task)));
}

/** The machine starts itself by its name: a second start of the same execution is none. */
function startSuccessorTask(
  scope: Construct,
  { stateMachineName }: SyncStateMachineProps,
): StepFunctionsStartExecution {
  const task = new StepFunctionsStartExecution(scope, stateNames.startSuccessor, {
    stateMachine: StateMachine.fromStateMachineName(scope, "Itself", stateMachineName),
    integrationPattern: IntegrationPattern.REQUEST_RESPONSE,
    name: JsonPath.stringAt("$.successor"),
    input: TaskInput.fromObject({ runId: JsonPath.stringAt("$.runId") }),
    taskTimeout: Timeout.duration(Duration.seconds(30)),
    resultPath: JsonPath.DISCARD,
  });
  return retryStarts(task);
}

function ringBatchesMap(scope: Construct, { batchQueue }: SyncStateMachineProps): MapState {
  const sendBatchMessage = new SqsSendMessage(scope, stateNames.sendBatchMessage, {
    queue: batchQueue,
    messageBody: TaskInput.fromText(JsonPath.jsonToString(JsonPath.objectAt("$"))),
    taskTimeout: Timeout.duration(Duration.seconds(30)),
  });
  // A message is a doorbell: ringing twice does no harm.
  retryRepeatable(retryServiceAway(sendBatchMessage, "SQS"));
  return new MapState(scope, "RingBatches", {
    itemsPath: "$.messages",
    resultPath: JsonPath.DISCARD,
  }).itemProcessor(sendBatchMessage);
}

function finishRunTask(scope: Construct, { finishRun }: SyncStateMachineProps): LambdaInvoke {
  const task = new LambdaInvoke(scope, stateNames.finishRun, {
    lambdaFunction: finishRun,
    payloadResponseOnly: true,
    retryOnServiceExceptions: false,
    taskTimeout: taskTimeout("finish-run"),
  });
  return retryRepeatable(retryUnpublished(retryOutages(retryServiceFaults(task))));
}

/** What FinishRun is given depends on the way there: a path to what is absent would fail. */
function inputOfFinishRun(
  scope: Construct,
  stateName: string,
  fields: readonly ("runId" | "error")[],
): Pass {
  const paths = fields.map((field) => [field, JsonPath.objectAt(`$.${field}`)] as const);
  return new Pass(scope, stateName, {
    parameters: {
      executionName: JsonPath.stringAt("$$.Execution.Name"),
      ...Object.fromEntries(paths),
    },
  });
}

function runResult(scope: Construct): Choice {
  const failed = new Fail(scope, "RunFailed", { errorPath: "$.status", causePath: "$.reason" });
  return new Choice(scope, "RunResult")
    .when(
      Condition.or(
        Condition.stringEquals("$.status", "failed"),
        Condition.stringEquals("$.status", "halted"),
      ),
      failed,
    )
    .otherwise(new Succeed(scope, "RunSucceeded"));
}

function taskTimeout(name: keyof typeof functionTimeoutsSeconds): Timeout {
  return Timeout.duration(Duration.seconds(functionTimeoutsSeconds[name] + 10));
}
