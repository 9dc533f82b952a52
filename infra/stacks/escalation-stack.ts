import { Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { EscalationAlarm } from "../../dashboards/escalation-alarm.ts";
import type { Stage } from "../stages/stages.ts";
import type { ObservabilityStack } from "./observability-stack.ts";

export type EscalationStackProps = StackProps & {
  readonly stage: Stage;
  readonly observability: ObservabilityStack;
};

/** The alarm over the alarms: by itself, because emulators of AWS know no composite alarms. */
export class EscalationStack extends Stack {
  constructor(
    scope: Construct,
    id: string,
    { stage, observability, ...props }: EscalationStackProps,
  ) {
    super(scope, id, props);
    this.addStackDependency(observability);
    new EscalationAlarm(this, "Escalation", {
      stage: stage.name,
      topic: observability.topics.page,
      runbook: stage.runbook,
    });
  }
}
