import { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { DataStack } from "../../infra/stacks/data-stack.ts";
import { PipelineStack } from "../../infra/stacks/pipeline-stack.ts";
import { type StageName, stageNamed } from "../../infra/stages.ts";

// The app's own test runs CDK's validation of templates; here it would only take time.
process.env.CDK_VALIDATION = "false";

/** The templates of a stage, its functions not bundled; synthesised once a test file. */
export function synthesisedStacks(stageName: StageName): Stacks {
  const known = synthesised.get(stageName);
  if (known !== undefined) return known;
  const app = new App({ analyticsReporting: false, context: { "aws:cdk:bundling-stacks": [] } });
  const stage = stageNamed(stageName);
  const store = new DataStack(app, "data", { stage });
  const pipeline = new PipelineStack(app, "pipeline", { stage, store });
  const stacks = { data: Template.fromStack(store), pipeline: Template.fromStack(pipeline) };
  synthesised.set(stageName, stacks);
  return stacks;
}

type Stacks = { readonly data: Template; readonly pipeline: Template };
const synthesised = new Map<StageName, Stacks>();
