/**
 * A program that opens the row store that its environment names, as a handler's container does,
 * and prints the npm packages that were loaded for it.
 */
import { registerHooks } from "node:module";

const loaded = new Set<string>();
registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    const name = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(found.url)?.[1];
    if (name !== undefined) loaded.add(name);
    return found;
  },
});
const { openRows } = await import("../../../lambdas/open-rows.ts");
const before = [...loaded];
await openRows().catch(() => {});
process.stdout.write(JSON.stringify({ before, after: [...loaded] }));
process.exit(0);
