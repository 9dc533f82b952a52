import { lastDays } from "../../../shared/request/date-range.ts";
import { waitUntil } from "../../support/wait-until.ts";
import { processesOf } from "../function-processes.ts";
import { timeoutMs } from "../patience.ts";
import { differenceFromTruth, type World } from "./world.ts";

const runId = "killed";
const input = () => ({ siteUrl: "sc-domain:news.example", ...lastDays(4, Date.now()) });

/**
 * Kills the workers while their requests are held. Their units come back when the leases run out:
 * `recovered` waits for them.
 */
export async function killWorkers({ stage, searchConsole, ministack }: World): Promise<void> {
  searchConsole.hold();
  await stage.start(runId, { ...input(), batchSize: 1 });
  await waitUntil("two workers ask", () => searchConsole.atOnce() > 1, timeoutMs);
  for (const { pid } of processesOf(ministack.pid, "fetch-batch")) process.kill(pid, "SIGKILL");
  searchConsole.release();
}

export async function recovered(world: World) {
  const { stage } = world;
  const { status } = await stage.endedRun(runId);
  const units = (await stage.ledger.readBatches(runId)).flatMap((batch) => batch.units);
  return {
    status,
    triedAgain: units.filter(({ attempts }) => attempts > 0).length,
    rows: await differenceFromTruth(world, input()),
  };
}
