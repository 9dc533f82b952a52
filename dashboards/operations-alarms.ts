import { Alarm } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";
import { resourceNames } from "../shared/config/names.ts";
import { platformAlarms } from "./alarms/platform-alarms.ts";
import { queueAlarms } from "./alarms/queue-alarms.ts";
import { quotaAlarms } from "./alarms/quota-alarms.ts";
import { runAlarms } from "./alarms/run-alarms.ts";
import {
  type AlarmDefinition,
  comparisonOf,
  missingDataOf,
  type Severity,
} from "./base/alarm-definition.ts";
import type { Sources } from "./base/sources.ts";

/** Every alarm of a stage but the one over the alarms. */
export function alarmDefinitions(sources: Sources): readonly AlarmDefinition[] {
  return [
    ...Object.values(queueAlarms(sources)),
    ...Object.values(quotaAlarms(sources)),
    ...Object.values(runAlarms(sources)),
    ...platformAlarms(sources),
  ];
}

export type OperationsAlarmsProps = {
  readonly sources: Sources;
  readonly topics: Readonly<Record<Severity, ITopic>>;
  /** Where docs/runbook.md is read. */
  readonly runbook: string;
};

/** The alarms, each notifying the topic of its severity when it is raised and when it is over. */
export class OperationsAlarms extends Construct {
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, { sources, topics, runbook }: OperationsAlarmsProps) {
    super(scope, id);
    const names = resourceNames(sources.stage);
    this.alarms = alarmDefinitions(sources).map((definition) => {
      const alarm = new Alarm(this, definition.id, {
        alarmName: names.alarm(definition.id),
        alarmDescription: descriptionOf(definition, runbook),
        metric: definition.series,
        threshold: definition.threshold,
        comparisonOperator: comparisonOf(definition),
        evaluationPeriods: definition.periods,
        treatMissingData: missingDataOf(definition),
      });
      const notify = new SnsAction(topics[definition.severity]);
      alarm.addAlarmAction(notify);
      alarm.addOkAction(notify);
      return alarm;
    });
  }
}

/** What a person who is woken by it reads first. */
export function descriptionOf(
  { says, runbook: section }: Pick<AlarmDefinition, "says" | "runbook">,
  runbook: string,
): string {
  return `${says} What to do: ${runbook}#${section}`;
}
