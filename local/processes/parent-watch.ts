import { setTimeout as sleep } from "node:timers/promises";
import { workerData } from "node:worker_threads";

/**
 * Thread of an embedded server. Long work (a statement of the tests' embedded Postgres) keeps the main
 * thread deaf to the end of the parent; this thread sees it, waits for the clean end, and then kills
 * the process. What was acknowledged survives that.
 */
const cleanEndMs = 3_000;
const pollMs = 500;

while (process.ppid === workerData) await sleep(pollMs);
await sleep(cleanEndMs);
process.kill(process.pid, "SIGKILL");
