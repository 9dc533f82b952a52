import { lastDays } from "../../../shared/request/date-range.ts";
import { waitUntil } from "../../support/wait-until.ts";
import { timeoutMs } from "../patience.ts";
import { differenceFromTruth, type World } from "./world.ts";

/** "Stop execution" while workers are at it, and a new start of the same days. */
export async function stopAndStartAgain(world: World) {
  const { stage, searchConsole } = world;
  const input = { siteUrl: "sc-domain:travel.example", ...lastDays(4, Date.now()) };
  searchConsole.hold();
  await stage.start("stopped", { ...input, batchSize: 1 });
  await waitUntil("a worker asks", () => searchConsole.atOnce() > 0, timeoutMs);
  await stage.stop("stopped");
  const halted = await stage.endedRun("stopped");
  searchConsole.release();
  await stage.start("started-again", { ...input, batchSize: 1 });
  const { status } = await stage.endedExecution("started-again");
  return {
    halted: halted.status,
    reason: halted.reason,
    status,
    rows: await differenceFromTruth(world, input),
  };
}
