import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { environmentNames } from "../../shared/config/names.ts";

export type EventCommandEnd =
  | { readonly kind: "ok" }
  | { readonly kind: "failed"; readonly how: string };

/**
 * Runs a person's command through the shell for one event: its JSON on stdin, `GSC_SYNC_EVENT` in
 * its environment. What it prints is told line by line: stdout is for our own result.
 */
export async function runEventCommand(options: {
  readonly command: string;
  readonly kind: "unit" | "run";
  /** The event's JSON, one line. */
  readonly line: string;
  readonly onOutput: (line: string) => void;
  /** Ends the command. */
  readonly signal: AbortSignal;
}): Promise<EventCommandEnd> {
  const { command, kind, line, onOutput, signal } = options;
  if (signal.aborted) return { kind: "failed", how: "stopped" };
  const child = spawn(command, {
    shell: true,
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, [environmentNames.event]: kind },
  });
  const stop = () => child.kill();
  signal.addEventListener("abort", stop, { once: true });
  // A command that does not read its input has none of it to lose.
  child.stdin.on("error", () => {});
  child.stdin.end(`${line}\n`);
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on("line", onOutput);
  }
  try {
    const how = await new Promise<string>((resolve) => {
      child.once("error", (error) => resolve(error.message));
      child.once("close", (code, by) => {
        resolve(by !== null ? `ended by ${by}` : code === 0 ? "" : `exit code ${code}`);
      });
    });
    return how === "" ? { kind: "ok" } : { kind: "failed", how };
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
