import { readFileSync } from "node:fs";
import { type FunctionName, resourceNames } from "../../shared/config/names.ts";
import { descendantsOf } from "../support/homes/process-tree.ts";

export type FunctionProcess = {
  readonly pid: number;
  readonly environment: Readonly<Record<string, string>>;
};

/** Linux: the processes below the emulator's that run a function of stage dev. */
export function processesOf(emulatorPid: number, name: FunctionName): readonly FunctionProcess[] {
  const functionName = resourceNames("dev").lambdaFunction(name);
  return descendantsOf(emulatorPid)
    .map((pid) => ({ pid, environment: environmentOf(pid) }))
    .filter(({ environment }) => environment.AWS_LAMBDA_FUNCTION_NAME === functionName);
}

function environmentOf(pid: number): Readonly<Record<string, string>> {
  try {
    const lines = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
    return Object.fromEntries(
      lines.map((line) => {
        const [name = "", ...value] = line.split("=");
        return [name, value.join("=")];
      }),
    );
  } catch {
    return {};
  }
}
