import { commandTerminal, type Terminal } from "../output/terminal.ts";
import { openStage } from "./open-stage.ts";
import type { OpenStage } from "./stage.ts";

/** Runs a command's work on an open stage, and closes it whatever comes. */
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
