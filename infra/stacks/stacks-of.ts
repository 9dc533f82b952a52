import { type Environment, Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { EscalationAlarm } from "../../dashboards/escalation-alarm.ts";
import { SavedQueries } from "../../dashboards/saved-queries.ts";
import type { Stage } from "../stages/stages.ts";
import { DataStack } from "./data-stack.ts";
import { DsqlStack } from "./dsql-stack.ts";
import { ObservabilityStack } from "./observability-stack.ts";
import { PipelineStack } from "./pipeline-stack.ts";

/** A stage's stacks, in the order in which they are deployed. */
export function stacksOf(scope: Construct, stage: Stage) {
  const { account, region } = stage;
  const env: Environment = {
    ...(account === undefined ? {} : { account }),
    ...(region === undefined ? {} : { region }),
  };
  const id = (name: string) => `gsc-sync-${stage.name}-${name}`;
  const about = (what: string) => `gsc-sync, stage ${stage.name}: ${what}`;
  const dsql =
    stage.rowStore === "dsql"
      ? new DsqlStack(scope, id("dsql"), { stage, env, description: about("the rows") })
      : undefined;
  const data = new DataStack(scope, id("data"), {
    stage,
    env,
    dsql,
    description: about("what outlives a deploy"),
  });
  const pipeline = new PipelineStack(scope, id("pipeline"), {
    stage,
    env,
    data,
    description: about("queue, functions, state machines, schedules"),
  });
  const observability = new ObservabilityStack(scope, id("observability"), {
    stage,
    env,
    description: about("dashboard, alarms, whom they tell"),
  });
  const escalation = new EscalationStack(scope, id("escalation"), {
    stage,
    env,
    observability,
    description: about("the alarm over the alarms"),
  });
  const queries = new QueriesStack(scope, id("queries"), {
    stage,
    env,
    description: about("saved log queries"),
  });
  return { dsql, data, pipeline, observability, escalation, queries };
}

type QueriesStackProps = StackProps & { readonly stage: Stage };

/** The saved log queries: by themselves, because emulators of AWS know no query definitions. */
class QueriesStack extends Stack {
  constructor(scope: Construct, id: string, { stage, ...props }: QueriesStackProps) {
    super(scope, id, props);
    new SavedQueries(this, "Queries", { stage: stage.name });
  }
}

type EscalationStackProps = StackProps & {
  readonly stage: Stage;
  readonly observability: ObservabilityStack;
};

/** The alarm over the alarms: by itself, because emulators of AWS know no composite alarms. */
class EscalationStack extends Stack {
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
