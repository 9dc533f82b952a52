import { App, Tags, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { stacksOf } from "./stacks/stacks-of.ts";
import { type Stage, StageError, stageNamed } from "./stages/stages.ts";

// The program that `cdk` runs: `cdk synth|deploy -c stage=dev|staging|prod`, and `-c stages=FOLDER`
// where the stages' files are not the clone's.

const app = new App();
const stage = chosenStage(app);
stacksOf(app, stage);
Tags.of(app).add("gsc-sync:stage", stage.name);
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));

function chosenStage(app: App): Stage {
  try {
    return stageNamed(
      app.node.tryGetContext("stage") ?? "dev",
      app.node.tryGetContext("stages") ?? undefined,
    );
  } catch (error) {
    if (!(error instanceof StageError)) throw error;
    for (const line of error.message.split("\n")) console.error(`gsc-sync: ${line}`);
    // At once: CDK would synthesise an empty app on a regular exit.
    process.exit(1);
  }
}
