import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import { LambdaClient } from "@aws-sdk/client-lambda";
import middy from "@middy/core";
import { neededVariable, readVariable } from "../../shared/config/environment.ts";
import { environmentNames } from "../../shared/config/names.ts";
import { systemClock } from "../../shared/lib/system-clock.ts";
import { applyLever } from "../../shared/operations/lever/change-lever.ts";
import { lambdaWorkerLimits } from "../../shared/operations/lever/lambda-worker-limits.ts";
import { clientTimeouts } from "../client-timeouts.ts";
import { ledger, logger } from "../container.ts";
import { DeployStepEventSchema } from "../events.ts";

const needed = (name: string) => neededVariable(readVariable(name), name);
const workers = lambdaWorkerLimits(new LambdaClient(clientTimeouts), {
  functionName: needed(environmentNames.workerFunction),
  mappingId: needed(environmentNames.workerMapping),
  clock: systemClock,
});
const reserved = readVariable(environmentNames.countTakes) === undefined;

/**
 * A custom resource's handler: a deploy that changes the worker leaves it at the lever that was set
 * last, or at the stage's own where nobody has set one.
 */
export const handler = middy<unknown, { readonly PhysicalResourceId: string }>()
  .use(injectLambdaContext(logger))
  .handler(async (event) => {
    const { RequestType } = DeployStepEventSchema.parse(event);
    if (RequestType !== "Delete") {
      const settings = await applyLever({ ledger, workers, reserved });
      logger.info("lever is applied", { lever: settings.lever, reserved });
    }
    return { PhysicalResourceId: "lever" };
  });
