import { homeFolder, homeLayout } from "../../local/home/home.ts";

/** The home's events. */
export function eventFolder(): string {
  return homeLayout(homeFolder(process.env, process.cwd())).folders.events;
}
