/**
 * Size of each handler's bundle, as the deploy makes it, and the time that importing it takes in a
 * process of its own, on the clock and on the processor: what a cold start pays before the first
 * line of ours runs. The processor's time is the one to go by where other things run. Prints
 * figures; asserts nothing.
 *
 *   node bench/bundles/bundles-bench.ts [--times N]
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import * as z from "zod";
import { environmentNames } from "../../shared/config/names.ts";
import { handlerBundles } from "../../test/infra/handler-bundles.ts";

const FiguresSchema = z.tuple([z.number(), z.number()]);
const { values } = parseArgs({ options: { times: { type: "string", default: "5" } } });
const program = `
  const startedAt = performance.now();
  const before = process.cpuUsage();
  await import(process.argv[1]);
  const { user, system } = process.cpuUsage(before);
  console.log(JSON.stringify([performance.now() - startedAt, (user + system) / 1_000]));
  process.exit();`;
const env = {
  AWS_REGION: "us-east-1",
  [environmentNames.stage]: "bench",
  [environmentNames.lever]: "3",
  [environmentNames.ledgerTable]: "ledger",
  [environmentNames.quotaTable]: "quota",
  [environmentNames.postgresUrl]: "postgres://127.0.0.1:1/rows",
  [environmentNames.stateMachineArn]: "arn:aws:states:us-east-1:1:stateMachine:sync",
  [environmentNames.workerFunction]: "fetch-batch",
  [environmentNames.workerMapping]: "mapping",
};

const folder = mkdtempSync(join(tmpdir(), "gsc-sync-bench-"));
try {
  console.log("function            KB    import ms    processor ms    (least of each)");
  for (const { name, bytes, text } of await handlerBundles()) {
    const file = join(folder, `${name}.mjs`);
    writeFileSync(file, text);
    const imports = Array.from({ length: Number(values.times) }, () => importMs(file));
    const size = String(Math.round(bytes / 1_024)).padStart(4);
    const clock = Math.min(...imports.map(([ms]) => ms))
      .toFixed(0)
      .padStart(9);
    const processor = Math.min(...imports.map(([, ms]) => ms))
      .toFixed(0)
      .padStart(12);
    console.log(`${name.padEnd(18)} ${size}    ${clock}    ${processor}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function importMs(file: string): readonly [clockMs: number, processorMs: number] {
  const args = ["--input-type=module", "--eval", program, pathToFileURL(file).href];
  return FiguresSchema.parse(
    JSON.parse(execFileSync(process.execPath, args, { cwd: folder, env }).toString()),
  );
}
