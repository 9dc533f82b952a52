import { createTerminal, type Terminal } from "./terminal.ts";

/** The terminal of this process. */
export function commandTerminal(json: boolean): Terminal {
  return createTerminal({ stdout: process.stdout, stderr: process.stderr, json });
}
