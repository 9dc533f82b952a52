import { join } from "node:path";

/**
 * What can be made again, kept beside the libraries that it was made from: `npm ci` removes both
 * together, and every home of the clone has it. A clone that cannot be written only costs the time.
 */
export const cloneCache = join(import.meta.dirname, "../../node_modules/.cache/gsc-sync");

/** Node's compile cache: reading and compiling libraries is most of what starting a process takes. */
export const compileCache = join(cloneCache, "compile");
