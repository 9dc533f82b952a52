import { lastDays } from "../../../shared/plan/date-range.ts";
import { waitUntil } from "../../support/wait-until.ts";
import { processesOf } from "../function-processes.ts";
import { differenceFromTruth, type World } from "./world.ts";

const runId = "killed";
const input = () => ({ siteUrl: "sc-domain:news.example", ...lastDays(4, Date.now()) });

/**
 * Kills workers while their requests are held, until one was hit that had a batch. Its unit comes
 * back when the lease runs out: `recovered` waits for it.
 */
export async function killWorker({ stage, searchConsole, ministack }: World): Promise<number> {
  searchConsole.hold();
  await stage.start(runId, { ...input(), batchSize: 1 });
  await waitUntil("two workers ask", () => searchConsole.atOnce() > 1, 60_000);
  const busy = searchConsole.atOnce();
  for (const { pid } of processesOf(ministack.pid, "fetch-batch")) {
    process.kill(pid, "SIGKILL");
    const hit = () => searchConsole.atOnce() < busy;
    await waitUntil("its request ends", hit, 1_000).catch(() => undefined);
    if (hit()) break;
  }
  const killed = busy - searchConsole.atOnce();
  searchConsole.release();
  return killed;
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
