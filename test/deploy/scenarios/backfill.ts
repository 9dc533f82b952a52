import { lastDays } from "../../../shared/plan/date-range.ts";
import { waitUntil } from "../../support/wait-until.ts";
import { pullLever, workerLimits } from "./lever.ts";
import { differenceFromTruth, type World } from "./world.ts";

/** The property and days that the check's first backfill stores. */
export function backfilled() {
  return { siteUrl: "sc-domain:recipes.example", ...lastDays(18, Date.now()) };
}

/**
 * A backfill as it is pasted into the console. It begins with the lever at 3; when a third of it is
 * done, the lever is set to 1.
 */
export async function backfillAndLever(world: World) {
  const { stage, searchConsole } = world;
  const input = backfilled();
  const asked = (more: number, from = 0) =>
    waitUntil(
      `${more} requests`,
      () => searchConsole.requestsOf(input.siteUrl) >= from + more,
      60_000,
    );
  searchConsole.forget();
  await stage.start("first", { ...input, batchSize: 1 });
  await asked(6);
  const workersAtThree = searchConsole.mostAtOnce();
  // The run must not be over before the command is.
  searchConsole.hold();
  await pullLever(world.ministack, 1);
  searchConsole.release();
  // What was rung before is still answered: at most the lever and two more.
  await asked(5, searchConsole.requestsOf(input.siteUrl));
  searchConsole.forget();
  const { status, output } = await stage.endedExecution("first");
  return {
    status,
    output,
    workersAtThree,
    workersAtOne: searchConsole.mostAtOnce(),
    limitsAtOne: await workerLimits(world),
    rows: await differenceFromTruth(world, input),
  };
}
