import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";

export class SynthesisError extends Error {
  readonly code = "STATE_MACHINE_NOT_SYNTHESISED";

  constructor(message: string, cause: unknown) {
    super(message, { cause });
    this.name = "SynthesisError";
  }
}

/**
 * The definition that CDK synthesises for the pipeline's state machine, ARNs and queue URL being
 * placeholders. A process of its own synthesises it, so that the caller need not load CDK, and
 * `cacheFolder` keeps the answer until a source of it changes; one that cannot be written only costs
 * the time.
 * @throws SynthesisError with the last lines of what CDK said.
 */
export async function loadStateMachineDefinition({
  cacheFolder,
}: {
  readonly cacheFolder: string;
}): Promise<Record<string, unknown>> {
  const file = join(cacheFolder, `state-machine-${await sourcesHash()}.json`);
  const cached = await readDefinition(file);
  if (cached !== undefined) return cached;
  const text = await synthesise();
  await keep(file, text).catch(() => {});
  return parseDefinition(text);
}

/** Written aside and renamed: a command that starts meanwhile reads a whole definition or none. */
async function keep(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, text);
  await rename(draft, file);
}

const repository = join(import.meta.dirname, "../..");
const program = join(repository, "infra/state-machines/print-sync-state-machine.ts");
const DefinitionSchema = z
  .record(z.string(), z.unknown())
  .refine((definition) => "States" in definition, { message: "has no States" });

async function synthesise(): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [program], {
      cwd: repository,
      timeout: 120_000,
    });
    parseDefinition(stdout);
    return stdout;
  } catch (cause) {
    const lines = cause instanceof Error ? cause.message.trim().split("\n").slice(-12) : [];
    throw new SynthesisError(`CDK did not synthesise: ${lines.join("\n")}`, cause);
  }
}

/** Undefined when there is none, or a broken one: it is then made anew. */
async function readDefinition(file: string): Promise<Record<string, unknown> | undefined> {
  try {
    return parseDefinition(await readFile(file, "utf8"));
  } catch {
    return undefined;
  }
}

function parseDefinition(text: string): Record<string, unknown> {
  return DefinitionSchema.parse(JSON.parse(text));
}

async function sourcesHash(): Promise<string> {
  const infraSources = (await readdir(join(repository, "infra"), { recursive: true }))
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join("infra", name))
    .sort();
  const files = [
    ...infraSources,
    "shared/config/names.ts",
    "shared/config/function-timeouts.ts",
    "node_modules/aws-cdk-lib/package.json",
    "node_modules/constructs/package.json",
  ];
  const hash = createHash("sha256");
  for (const file of files) hash.update(file).update(await readFile(join(repository, file)));
  return hash.digest("hex").slice(0, 16);
}
