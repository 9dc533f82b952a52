import { commandTerminal, type Terminal } from "../output/terminal.ts";
import { openStage } from "./open-stage.ts";
import type { OpenStage } from "./stage.ts";

/** Opens a stage, does a command's work on it, and closes it, also after an error. */
export async function withStage(
  options: { readonly stage: string; readonly json: boolean },
  work: (stage: OpenStage, terminal: Terminal) => Promise<void>,
): Promise<void> {
  const terminal = commandTerminal(options.json);
  const stage = await openStage(options.stage, terminal.notice);
  try {
    await work(stage, terminal);
  } finally {
    await stage.close();
  }
}
