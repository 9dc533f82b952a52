import { RemovalPolicy } from "aws-cdk-lib";
import { ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Construct } from "constructs";
import { resourceNames } from "../../shared/config/names.ts";
import type { Stage } from "../stages/stages.ts";

/** Whom alarms notify: a topic a severity, and those whom the stage's file names. */
export class AlarmTopics extends Construct {
  readonly warn: Topic;
  readonly page: Topic;

  constructor(scope: Construct, id: string, stage: Stage) {
    super(scope, id);
    // Alarms may not use the key that AWS manages for SNS: its policy cannot name them.
    const key = new Key(this, "Key", {
      description: `gsc-sync ${stage.name}: what alarms say, at rest in SNS`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    key.grant(
      new ServicePrincipal("cloudwatch.amazonaws.com"),
      "kms:Decrypt",
      "kms:GenerateDataKey*",
    );
    this.warn = this.topic("warn", stage, key);
    this.page = this.topic("page", stage, key);
  }

  private topic(severity: "warn" | "page", stage: Stage, masterKey: Key): Topic {
    const topic = new Topic(this, severity === "warn" ? "Warn" : "Page", {
      topicName: resourceNames(stage.name).topic(severity),
      masterKey,
      enforceSSL: true,
    });
    topic.grantPublish(new ServicePrincipal("cloudwatch.amazonaws.com"));
    for (const email of stage.alarms[severity]) topic.addSubscription(new EmailSubscription(email));
    return topic;
  }
}
