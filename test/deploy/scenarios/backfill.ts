import { setTimeout } from "node:timers/promises";
import { lastDays } from "../../../shared/request/date-range.ts";
import { waitUntil } from "../../support/wait-until.ts";
import { timeoutMs } from "../patience.ts";
import { changeStageSettings, workerLimits } from "./lever.ts";
import { differenceFromTruth, type World } from "./world.ts";

/** The property and days that the check's first backfill stores. */
export function backfilled() {
  return { siteUrl: "sc-domain:recipes.example", ...lastDays(12, Date.now()) };
}

/** For a worker too many to show itself: the lever has two messages more than workers sent. */
const lookLongerMs = 4_000;

/**
 * A backfill as it is pasted into the console. It begins with the lever at 3, its first requests
 * held until three workers ask, however long their cold starts take; then the lever is set to 1.
 * A worker whose request is held for over a minute ends it and asks again: it is one all the same.
 */
export async function backfillAndLever(world: World) {
  const { stage, searchConsole } = world;
  const input = backfilled();
  searchConsole.hold();
  searchConsole.forget();
  await stage.start("first", { ...input, batchSize: 1 });
  await waitUntil("three workers ask", () => searchConsole.atOnce() >= 3, timeoutMs);
  await setTimeout(lookLongerMs);
  const workersAtThree = searchConsole.mostAtOnce();
  await changeStageSettings(world.ministack, 1);
  searchConsole.release();
  // What was sent before is still answered: at most the lever and two more.
  const answered = () => searchConsole.requestsOf(input.siteUrl) >= 5;
  await waitUntil("five requests", answered, timeoutMs);
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
