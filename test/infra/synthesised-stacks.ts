import { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { stacksOf } from "../../infra/stacks/stacks-of.ts";
import { stageNamed } from "../../infra/stages/stages.ts";
import type { StageName } from "../../shared/config/names.ts";

// The app's own test runs CDK's validation of templates; here it would only take time.
process.env.CDK_VALIDATION = "false";

/** The templates of a stage, its functions not bundled; synthesised once a test file. */
export function synthesisedStacks(stageName: StageName): Stacks {
  const known = synthesised.get(stageName);
  if (known !== undefined) return known;
  const app = new App({ analyticsReporting: false, context: { "aws:cdk:bundling-stacks": [] } });
  const { data, pipeline, observability, escalation, queries } = stacksOf(
    app,
    stageNamed(stageName),
  );
  const stacks = {
    data: Template.fromStack(data),
    pipeline: Template.fromStack(pipeline),
    observability: Template.fromStack(observability),
    escalation: Template.fromStack(escalation),
    queries: Template.fromStack(queries),
  };
  synthesised.set(stageName, stacks);
  return stacks;
}

type Stacks = {
  readonly data: Template;
  readonly pipeline: Template;
  readonly observability: Template;
  readonly escalation: Template;
  readonly queries: Template;
};
const synthesised = new Map<StageName, Stacks>();
