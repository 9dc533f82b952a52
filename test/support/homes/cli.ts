import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../../..", import.meta.url));

export type Finished = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The last line of stdout, parsed. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into the JSON contract freely
  readonly json: any;
};

export type StartedCommand = {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  /** What it has printed so far. */
  stdout(): string;
  stderr(): string;
};

/** A test that timed out has no end of its own: its commands end with the process that ran it. */
const everywhere = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of everywhere) child.kill("SIGKILL");
});

/** Commands in a home of their own, as a person would type them. */
export async function aHome(
  variables: Readonly<Record<string, string>> = {},
  /** Another place than a new temporary folder; it is left as it is. */
  place?: string,
  /** Whose code it is: this one's, or a copy's. */
  source = repository,
) {
  const folder = await mkdtemp(join(tmpdir(), "gsc-sync-test-"));
  const home = place ?? join(folder, "home");
  const env = { ...process.env, NO_COLOR: "1", ...variables, GSC_SYNC_HOME: home };

  const running = new Set<ChildProcess>();

  function start(...args: readonly string[]): StartedCommand {
    const child = spawn(process.execPath, [join(source, "cli/gsc-sync.mjs"), ...args], {
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const each of [running, everywhere]) {
      each.add(child);
      child.once("close", () => each.delete(child));
    }
    return watch(child);
  }

  return {
    folder: env.GSC_SYNC_HOME,
    start,
    run: (...args: readonly string[]) => start(...args).finished,
    /** Ends what a failed test left running, and removes the home. */
    async remove() {
      const left = [...running].map((child) => new Promise((end) => child.once("close", end)));
      for (const child of running) child.kill("SIGKILL");
      await Promise.all(left);
      await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}

export type TestHome = Awaited<ReturnType<typeof aHome>>;

function watch(child: ChildProcess): StartedCommand {
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
    stdout += chunk;
  });
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
    stderr += chunk;
  });
  const finished = new Promise<Finished>((resolve) =>
    child.once("close", (code, signal) => {
      const last = stdout.trimEnd().split("\n").at(-1) ?? "";
      const json = last.startsWith("{") ? JSON.parse(last) : undefined;
      resolve({ code, signal, stdout, stderr, json });
    }),
  );
  return { child, finished, stdout: () => stdout, stderr: () => stderr };
}
