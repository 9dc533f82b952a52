import { readEventLines } from "../local/event-log.ts";
import { homeFolder, homeLayout } from "../local/home.ts";
import { runEventId } from "../shared/events/run-event.ts";
import type { Run } from "../shared/ledger/run.ts";

/** The home's events. */
export function eventFolder(): string {
  return homeLayout(homeFolder(process.env, process.cwd())).folders.events;
}

/** The end of the run, in the execution that carries it, is among the home's events. */
export async function hasRunEvent(run: Run): Promise<boolean> {
  const mark = `"eventId":${JSON.stringify(runEventId(run))}`;
  const lines = await readEventLines(eventFolder(), run.runId, 0);
  return lines.some(({ line }) => line.includes(mark));
}
