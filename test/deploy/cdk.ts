import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { accountId, type Ministack, region } from "./ministack.ts";

const repository = join(import.meta.dirname, "../..");
const program = join(repository, "node_modules/aws-cdk/bin/cdk");

/** The clone's own CDK command, with the emulator for AWS. */
export function cdkOn(ministack: Ministack) {
  // In a folder without a cdk.json: what is deployed is an assembly that is there already.
  const cdk = (args: readonly string[]) => runCdk(args, ministack.folder, ministack.environment);
  return {
    bootstrap: () => cdk(["bootstrap", `aws://${accountId}/${region}`]),
    deploy: (assembly: string, stacks: readonly string[]) =>
      cdk(["deploy", ...stacks, "--app", assembly, "--require-approval", "never"]),
    destroy: (assembly: string, stacks: readonly string[]) =>
      cdk(["destroy", ...stacks, "--app", assembly, "--force"]),
  };
}

/**
 * Synthesises stage dev into a cloud assembly, with the stages' files of a folder. The checks of
 * templates are left out: they are the app's own test's.
 */
export async function synthesise(
  outdir: string,
  stages: string,
  source = repository,
): Promise<void> {
  const environment = { ...process.env, CDK_VALIDATION: "false" };
  const context = ["--context", "stage=dev", "--context", `stages=${stages}`];
  await runCdk(["synth", "--quiet", "--output", outdir, ...context], source, environment);
}

async function runCdk(
  args: readonly string[],
  cwd: string,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  try {
    await promisify(execFile)(
      process.execPath,
      [program, ...args, "--no-notices", "--ci", "--no-color"],
      {
        cwd,
        env: { ...environment, CDK_DISABLE_CLI_TELEMETRY: "true" },
        maxBuffer: 64 * 1_024 * 1_024,
      },
    );
  } catch (cause) {
    const output = cause instanceof Error && "stdout" in cause ? String(cause.stdout) : "";
    throw new Error(`cdk ${args.join(" ")} failed:\n${output.slice(-4_000)}`, { cause });
  }
}
