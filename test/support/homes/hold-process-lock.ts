import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { acquireProcessLock } from "../../../local/processes/process-lock.ts";

/** Takes the lock named on the command line, forgets it, and lives on until it is killed. */
async function lockAndForget(file: string): Promise<"held" | "refused"> {
  const lock = await acquireProcessLock(file, { waitMs: 20_000 });
  return lock === undefined ? "refused" : "held";
}

setFlagsFromString("--expose-gc");
const outcome = await lockAndForget(process.argv[2] ?? "");
for (let round = 0; round < 3; round++) {
  runInNewContext("gc")();
  await new Promise(setImmediate);
}
process.send?.(outcome);
process.on("disconnect", () => process.exit());
