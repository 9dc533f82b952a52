import { App, Tags } from "aws-cdk-lib";
import { DataStack } from "./stacks/data-stack.ts";
import { PipelineStack } from "./stacks/pipeline-stack.ts";
import { type Stage, stageNamed, UnknownStageError } from "./stages.ts";

// The program that `cdk` runs: `cdk synth|deploy -c stage=dev|staging|prod`.

const app = new App();
const stage = chosenStage(app);
const store = new DataStack(app, `gsc-sync-${stage.name}-data`, { stage });
new PipelineStack(app, `gsc-sync-${stage.name}-pipeline`, { stage, store });
Tags.of(app).add("gsc-sync:stage", stage.name);

function chosenStage(app: App): Stage {
  try {
    return stageNamed(app.node.tryGetContext("stage") ?? "dev");
  } catch (error) {
    if (!(error instanceof UnknownStageError)) throw error;
    console.error(`gsc-sync: ${error.message}`);
    // At once: CDK would synthesise an empty app on a regular exit.
    process.exit(1);
  }
}
