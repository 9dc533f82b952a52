import { Alarm, AlarmRule, AlarmState, CompositeAlarm } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";
import { resourceNames } from "../shared/config/names.ts";
import { escalatingAlarms } from "../shared/telemetry/alarm-rules.ts";
import { descriptionOf } from "./operations-alarms.ts";

export const escalation = {
  id: "escalate-page",
  runbook: "escalate",
  says: "Requests a minute, the queue or a halt is beyond the line where the playbook escalates.",
} as const;

export type EscalationAlarmProps = {
  readonly stage: string;
  readonly topic: ITopic;
  readonly runbook: string;
};

/** One alarm over the alarms, for people who are called beside on-call. */
export class EscalationAlarm extends Construct {
  constructor(scope: Construct, id: string, { stage, topic, runbook }: EscalationAlarmProps) {
    super(scope, id);
    const names = resourceNames(stage);
    const raised = escalatingAlarms.map((alarmId) =>
      AlarmRule.fromAlarm(
        Alarm.fromAlarmName(this, alarmId, names.alarm(alarmId)),
        AlarmState.ALARM,
      ),
    );
    const alarm = new CompositeAlarm(this, "Escalate", {
      compositeAlarmName: names.alarm(escalation.id),
      alarmDescription: descriptionOf(escalation, runbook),
      alarmRule: AlarmRule.anyOf(...raised),
    });
    alarm.addAlarmAction(new SnsAction(topic));
  }
}
