import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { sourcesOf } from "../../dashboards/base/sources.ts";
import { OperationsAlarms } from "../../dashboards/operations-alarms.ts";
import { OperationsDashboard } from "../../dashboards/operations-dashboard.ts";
import { resourceNames } from "../../shared/config/names.ts";
import { AlarmTopics } from "../constructs/alarm-topics.ts";
import type { Stage } from "../stages/stages.ts";

export type ObservabilityStackProps = StackProps & { readonly stage: Stage };

/** What a person sees of a stage, and what notifies a person. */
export class ObservabilityStack extends Stack {
  readonly topics: AlarmTopics;

  constructor(scope: Construct, id: string, { stage, ...props }: ObservabilityStackProps) {
    super(scope, id, props);
    const { runbook } = stage;
    const sources = sourcesOf(this, stage);
    this.topics = new AlarmTopics(this, "Topics", stage);
    const { alarms } = new OperationsAlarms(this, "Alarms", {
      sources,
      topics: this.topics,
      runbook,
    });
    new OperationsDashboard(this, "Dashboard", { sources, alarms, runbook });
    new CfnOutput(this, "DashboardName", { value: resourceNames(stage.name).dashboard });
    new CfnOutput(this, "WarnTopicArn", { value: this.topics.warn.topicArn });
    new CfnOutput(this, "PageTopicArn", { value: this.topics.page.topicArn });
  }
}
