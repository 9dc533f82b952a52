import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { environmentNames, functionNames } from "../../shared/config/names.ts";

const repository = join(import.meta.dirname, "../..");
let outdir = "";
beforeEach(async () => {
  outdir = await mkdtemp(join(tmpdir(), "gsc-sync-app-"));
});
afterEach(async () => {
  await rm(outdir, { recursive: true, force: true });
});

describe("the CDK app", () => {
  test("without a stage it is dev, its functions bundled by the local esbuild", async () => {
    expect(await runApp({})).toMatchObject({ exitCode: 0 });

    const files = await readdir(outdir, { recursive: true });
    expect(files).toContain("gsc-sync-dev-data.template.json");
    expect(files).toContain("gsc-sync-dev-pipeline.template.json");
    const bundles = files.filter((file) => /^asset\.[^/]+\/index\.mjs$/.test(file));
    expect(bundles).toHaveLength(functionNames.length);
    for (const bundle of bundles) {
      expect(files).toContain(`${bundle}.map`);
      expect(await exportsOf(join(outdir, bundle))).toEqual(["handler"]);
    }
    // Bundling waits for the processor where other tests run.
  }, 180_000);

  test("a stage that is given is the one that is made", async () => {
    const context = { stage: "prod", "aws:cdk:bundling-stacks": [] };
    expect(await runApp(context)).toMatchObject({ exitCode: 0 });

    const templates = (await readdir(outdir)).filter((file) => file.endsWith(".template.json"));
    expect(templates.sort()).toEqual([
      "gsc-sync-prod-data.template.json",
      "gsc-sync-prod-escalation.template.json",
      "gsc-sync-prod-observability.template.json",
      "gsc-sync-prod-pipeline.template.json",
      "gsc-sync-prod-queries.template.json",
    ]);
  });

  test("an unknown stage fails with one line that names the stages", async () => {
    const { exitCode, stderr } = await runApp({ stage: "production" });

    expect(exitCode).toBe(1);
    expect(stderr).toBe('gsc-sync: unknown stage "production": use -c stage=dev|staging|prod\n');
    expect(await readdir(outdir)).toEqual([]);
  });
});

/** As the CDK command runs it: output folder and context come by the environment. */
function runApp(context: Record<string, unknown>): Promise<{ exitCode: number; stderr: string }> {
  const env = { ...process.env, CDK_OUTDIR: outdir, CDK_CONTEXT_JSON: JSON.stringify(context) };
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ["infra/app.ts"],
      { cwd: repository, env },
      (_error, _stdout, stderr) => resolve({ exitCode: child.exitCode ?? -1, stderr }),
    );
  });
}

/** Loads a bundle as Lambda would: alone, nothing of node_modules in reach. */
async function exportsOf(bundle: string): Promise<unknown> {
  const program = `console.log(JSON.stringify(Object.keys(await import(process.argv[1]))))`;
  const env = {
    AWS_REGION: "us-east-1",
    [environmentNames.stage]: "dev",
    [environmentNames.lever]: "3",
    [environmentNames.ledgerTable]: "ledger",
    [environmentNames.quotaTable]: "quota",
    [environmentNames.postgresUrl]: "postgres://127.0.0.1:1/rows",
    [environmentNames.stateMachineArn]: "arn:aws:states:us-east-1:1:stateMachine:sync",
    [environmentNames.workerFunction]: "fetch-batch",
    [environmentNames.workerMapping]: "mapping",
    [environmentNames.deadLetterQueueUrl]: "http://127.0.0.1:1/dead-letters",
  };
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "--eval", program, pathToFileURL(bundle).href],
    { cwd: outdir, env },
  );
  return JSON.parse(stdout);
}
