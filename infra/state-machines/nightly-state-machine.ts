import { Duration } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { ILogGroup } from "aws-cdk-lib/aws-logs";
import {
  Choice,
  Condition,
  DefinitionBody,
  Errors,
  type IChainable,
  IntegrationPattern,
  type IStateMachine,
  JsonPath,
  LogLevel,
  Map as MapState,
  Pass,
  StateMachine,
  StateMachineType,
  Succeed,
  TaskInput,
  Timeout,
} from "aws-cdk-lib/aws-stepfunctions";
import { LambdaInvoke, StepFunctionsStartExecution } from "aws-cdk-lib/aws-stepfunctions-tasks";
import { Construct } from "constructs";
import { functionTimeoutsSeconds } from "../../shared/config/function-timeouts.ts";
import { retryOutages, retryServiceAway, retryServiceFaults } from "./retries.ts";

export type NightlyStateMachineProps = {
  readonly listProperties: IFunction;
  readonly sync: IStateMachine;
  /** Children at once. */
  readonly propertiesAtOnce: number;
  readonly stateMachineName: string;
  readonly logGroup: ILogGroup;
  readonly tracing: boolean;
};

/**
 * One execution syncs all registered properties, a page of them at a time:
 *
 *     NightKnown -> ListProperties -> SyncProperties -> MorePages -> ListProperties … | NightOver
 *        each property:  SyncProperty ──ended──> PropertyDone
 *                             ├─ started already by this night's other delivery ─> PropertyDone
 *                             └─ failed ─> PropertyFailed, and the others go on
 *
 * A child's name is the night's and the property's, so a night that is delivered twice starts
 * nothing twice. The night is the schedule's time, or the execution's own name when a person starts
 * it. An execution holds 25,000 events and a property makes ten: enough for 2,400 properties.
 */
export class NightlyStateMachine extends Construct {
  readonly stateMachine: StateMachine;

  constructor(scope: Construct, id: string, props: NightlyStateMachineProps) {
    super(scope, id);
    this.stateMachine = new StateMachine(this, "StateMachine", {
      stateMachineName: props.stateMachineName,
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromChainable(nightlyChain(this, props)),
      logs: { destination: props.logGroup, level: LogLevel.ERROR, includeExecutionData: true },
      tracingEnabled: props.tracing,
      comment: "Syncs every registered property. Input to start it by hand: {}",
    });
  }
}

function nightlyChain(scope: Construct, props: NightlyStateMachineProps): IChainable {
  const listProperties = listPropertiesTask(scope, props);
  const syncProperties = new MapState(scope, "SyncProperties", {
    itemsPath: "$.page.runs",
    maxConcurrency: props.propertiesAtOnce,
    resultPath: JsonPath.DISCARD,
  }).itemProcessor(syncPropertyChain(scope, props));
  const nextPage = new Pass(scope, "NextPage", {
    parameters: {
      night: JsonPath.stringAt("$.night"),
      after: JsonPath.stringAt("$.page.after"),
    },
  });
  const morePages = new Choice(scope, "MorePages")
    .when(Condition.isString("$.page.after"), nextPage.next(listProperties))
    .otherwise(new Succeed(scope, "NightOver"));
  listProperties.next(syncProperties).next(morePages);

  const scheduled = new Pass(scope, "ScheduledNight", {
    parameters: {
      night: JsonPath.format("night-{}", JsonPath.stringAt("$.scheduledTime")),
      after: "",
    },
  });
  const byHand = new Pass(scope, "NightByHand", {
    parameters: {
      night: JsonPath.format("hand-{}", JsonPath.executionName),
      after: "",
    },
  });
  return new Choice(scope, "NightKnown")
    .when(Condition.isPresent("$.scheduledTime"), scheduled.next(listProperties))
    .otherwise(byHand.next(listProperties));
}

function listPropertiesTask(
  scope: Construct,
  { listProperties }: NightlyStateMachineProps,
): LambdaInvoke {
  const task = new LambdaInvoke(scope, "ListProperties", {
    lambdaFunction: listProperties,
    payloadResponseOnly: true,
    retryOnServiceExceptions: false,
    taskTimeout: Timeout.duration(
      Duration.seconds(functionTimeoutsSeconds["list-properties"] + 10),
    ),
    payload: TaskInput.fromObject({
      night: JsonPath.stringAt("$.night"),
      after: JsonPath.stringAt("$.after"),
    }),
    resultPath: "$.page",
  });
  return retryOutages(retryServiceFaults(task));
}

function syncPropertyChain(scope: Construct, { sync }: NightlyStateMachineProps): IChainable {
  // A hundred children's causes together would be more than a state may hold.
  const done = new Pass(scope, "PropertyDone", { outputPath: JsonPath.DISCARD });
  const failed = new Pass(scope, "PropertyFailed", { outputPath: JsonPath.DISCARD });
  const syncProperty = new StepFunctionsStartExecution(scope, "SyncProperty", {
    stateMachine: sync,
    integrationPattern: IntegrationPattern.RUN_JOB,
    associateWithParent: false,
    name: JsonPath.stringAt("$.name"),
    input: TaskInput.fromJsonPathAt("$.request"),
    resultPath: JsonPath.DISCARD,
  });
  // Whether the child started or not: its name makes a second start none.
  retryServiceAway(syncProperty, "StepFunctions");
  syncProperty.addCatch(done, {
    errors: ["StepFunctions.ExecutionAlreadyExistsException"],
    resultPath: JsonPath.DISCARD,
  });
  syncProperty.addCatch(failed, { errors: [Errors.ALL], resultPath: "$.error" });
  return syncProperty.next(done);
}
