/** A program that builds a command, as typing it does, and prints the AWS clients loaded for it. */
import { registerHooks } from "node:module";

const loaded = new Set<string>();
registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    const name = /node_modules\/(@aws-sdk\/client-[^/]+)\//.exec(found.url)?.[1];
    if (name !== undefined) loaded.add(name);
    return found;
  },
});
const [command = "", opener] = process.argv.slice(2);
const { createProgram } = await import("../../../cli/program.ts");
await createProgram([command]);
if (opener !== undefined) await import(`../../../cli/stage/${opener}.ts`);
process.stdout.write(JSON.stringify([...loaded].sort()));
process.exit(0);
