import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { parseJson } from "../../shared/lib/parse-json.ts";
import { CommandError } from "../output/errors.ts";

const entry = fileURLToPath(new URL("../gsc-sync.mjs", import.meta.url));

/** Runs `gsc-sync sample-server` in a process that ends with this command. */
export async function startSampleServer(options: readonly string[] = []): Promise<{
  readonly url: string;
  stop(): Promise<void>;
}> {
  const child = fork(entry, ["sample-server", "--json", ...options], {
    stdio: ["ignore", "pipe", "ignore", "ipc"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const url = await firstUrl(child.stdout, ended);
  return {
    url,
    async stop() {
      if (child.connected) child.disconnect();
      child.kill("SIGTERM");
      await ended;
    },
  };
}

const StartedSchema = z.object({ url: z.string() });

async function firstUrl(stdout: NodeJS.ReadableStream | null, ended: Promise<void>) {
  const found = Promise.withResolvers<string>();
  let text = "";
  stdout?.on("data", (chunk: Buffer) => {
    text += chunk.toString();
    for (const line of text.split("\n").slice(0, -1)) {
      const parsed = StartedSchema.safeParse(parseJson(line));
      if (parsed.success) found.resolve(parsed.data.url);
    }
  });
  void ended.then(() => found.reject(new CommandError("the sample server did not start")));
  return found.promise;
}
