import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  GetFunctionConcurrencyCommand,
  ListEventSourceMappingsCommand,
} from "@aws-sdk/client-lambda";
import { names } from "../deployed-stage.ts";
import type { Ministack } from "../ministack.ts";
import type { World } from "./world.ts";

const command = join(import.meta.dirname, "../../../cli/gsc-sync.mjs");

/** As on-call does: `gsc-sync lever --stage dev --set N`. */
export async function changeStageSettings(
  { environment }: Ministack,
  lever: number,
): Promise<void> {
  await promisify(execFile)(
    process.execPath,
    [command, "lever", "--stage", "dev", "--set", String(lever), "--yes"],
    { env: { ...environment } },
  );
}

/** What the lever has set: of the worker's function, and of its mapping. */
export async function workerLimits({ clients: { lambda } }: World) {
  const FunctionName = names.lambdaFunction("fetch-batch");
  const [{ ReservedConcurrentExecutions: reserved }, { EventSourceMappings }] = await Promise.all([
    lambda.send(new GetFunctionConcurrencyCommand({ FunctionName })),
    lambda.send(new ListEventSourceMappingsCommand({ FunctionName })),
  ]);
  return { reserved, atOnce: EventSourceMappings?.[0]?.ScalingConfig?.MaximumConcurrency };
}
