import { acquireProcessLock } from "../../local/process-lock.ts";

/** Holds the lock named on the command line until it is killed; says so to its parent. */
const lock = await acquireProcessLock(process.argv[2] ?? "", { waitMs: 20_000 });
process.send?.(lock === undefined ? "refused" : "held");
process.on("disconnect", () => process.exit());
