import { ArnFormat, Stack, TimeZone } from "aws-cdk-lib";
import type { Table } from "aws-cdk-lib/aws-dynamodb";
import {
  ContextAttribute,
  Schedule,
  ScheduleExpression,
  ScheduleTargetInput,
  TimeWindow,
} from "aws-cdk-lib/aws-scheduler";
import { StepFunctionsStartExecution } from "aws-cdk-lib/aws-scheduler-targets";
import type { IStateMachine, StateMachine } from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import { resourceNames } from "../../shared/config/names.ts";
import type { Stage as StageSettings } from "../stages/stages.ts";
import { NightlyStateMachine } from "../state-machines/nightly-state-machine.ts";
import { grantLedger, grantRegistry } from "./grants.ts";
import { HandlerFunction } from "./handler-function.ts";
import { machineLogs } from "./machine-logs.ts";
import { acknowledgeMachine } from "./nag-suppressions.ts";
import type { RowsAccess } from "./rows-access.ts";

export type NightlyProps = {
  readonly stage: StageSettings;
  readonly ledger: Table;
  readonly rows: RowsAccess;
  readonly sync: IStateMachine;
};

/** Every registered property, once a night by the Pacific clock. */
export class Nightly extends Construct {
  readonly listProperties: HandlerFunction;
  readonly stateMachine: StateMachine;

  constructor(scope: Construct, id: string, { stage, ledger, rows, sync }: NightlyProps) {
    super(scope, id);
    const names = resourceNames(stage.name);
    this.listProperties = new HandlerFunction(this, "ListProperties", {
      stage,
      name: "list-properties",
      memoryMb: 512,
    });
    grantLedger(this.listProperties, ledger);
    grantRegistry(this.listProperties, ledger);
    rows.grant(this.listProperties);

    const machineName = names.nightlyStateMachine;
    this.stateMachine = new NightlyStateMachine(this, "Machine", {
      listProperties: this.listProperties,
      sync,
      propertiesAtOnce: stage.nightly.propertiesAtOnce,
      stateMachineName: machineName,
      logGroup: machineLogs(this, "MachineLogs", { stage, machineName }),
      tracing: stage.tracing,
    }).stateMachine;
    acknowledgeMachine(this.stateMachine, {
      invokes: [this.listProperties],
      executions: executionsOf(sync),
      tracing: stage.tracing,
    });

    const [hour = "", minute = ""] = stage.nightly.at
      .split(":")
      .map((part) => String(Number(part)));
    new Schedule(this, "Schedule", {
      scheduleName: names.nightlySchedule,
      description: `The nightly sync of stage ${stage.name}, at ${stage.nightly.at} in Pacific time`,
      enabled: stage.nightly.enabled,
      schedule: ScheduleExpression.cron({
        hour,
        minute,
        timeZone: TimeZone.AMERICA_LOS_ANGELES,
      }),
      timeWindow: TimeWindow.off(),
      target: new StepFunctionsStartExecution(this.stateMachine, {
        // The same for every delivery of a night: what it starts is named by it.
        input: ScheduleTargetInput.fromObject({ scheduledTime: ContextAttribute.scheduledTime }),
      }),
    });
  }
}

/** The executions of a machine, as CDK grants them to one that waits for them. */
function executionsOf(machine: IStateMachine): string {
  const stack = Stack.of(machine);
  const { resourceName } = stack.splitArn(machine.stateMachineArn, ArnFormat.COLON_RESOURCE_NAME);
  return stack.formatArn({
    service: "states",
    resource: "execution",
    resourceName: `${resourceName}*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}
