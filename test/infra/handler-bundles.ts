import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { bundlingOptions } from "../../infra/constructs/handler-function.ts";
import { type FunctionName, functionNames } from "../../shared/config/names.ts";

const repository = join(import.meta.dirname, "../..");

export type HandlerBundle = {
  readonly name: FunctionName;
  readonly bytes: number;
  readonly text: string;
  /** Our own files of which something is left in the bundle. */
  readonly sources: readonly string[];
};

/** The handlers' bundles as the deploy makes them, in memory. */
export async function handlerBundles(): Promise<readonly HandlerBundle[]> {
  const { esbuildArgs, externalModules, banner, mainFields, target } = bundlingOptions;
  const result = await build({
    entryPoints: functionNames.map((name) => join(repository, "lambdas/handlers", `${name}.ts`)),
    absWorkingDir: repository,
    bundle: true,
    platform: "node",
    format: "esm",
    target,
    minify: bundlingOptions.minify,
    mainFields,
    external: externalModules,
    alias: Object.fromEntries(
      Object.entries(esbuildArgs).map(([flag, file]) => [flag.replace("--alias:", ""), file]),
    ),
    banner: { js: banner },
    outdir: join(repository, "cdk.out/sizes"),
    outExtension: { ".js": ".mjs" },
    metafile: true,
    write: false,
    logLevel: "error",
  });
  return functionNames.map((name) => {
    const path = `cdk.out/sizes/${name}.mjs`;
    const output = result.metafile.outputs[path];
    const file = result.outputFiles.find((each) => each.path === join(repository, path));
    if (output === undefined || file === undefined)
      throw new Error(`there is no bundle of ${name}`);
    const sources = Object.entries(output.inputs)
      .filter(
        ([source, { bytesInOutput }]) => bytesInOutput > 0 && !source.includes("node_modules"),
      )
      .map(([source]) => source);
    return { name, bytes: output.bytes, text: file.text, sources };
  });
}

export function readSource(path: string): Promise<string> {
  return readFile(join(repository, path), "utf8");
}
