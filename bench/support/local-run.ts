import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { aHome } from "../../test/support/homes/cli.ts";
import { keepServers } from "../../test/support/homes/kept-home.ts";
import { waitUntil } from "../../test/support/wait-until.ts";
import { type Observed, observeVariable, readObserved } from "./observed.ts";

const SummarySchema = z.object({
  status: z.string(),
  requests: z.number(),
  rows: z.number(),
  durationMs: z.number(),
  memoryPeakMb: z.number(),
  units: z.object({ complete: z.number() }),
  batch: z.object({ count: z.number() }),
});

export type LocalRun = {
  readonly summary: z.infer<typeof SummarySchema>;
  readonly observed: Observed;
};

// The commands of a home are killed as this process exits, which a signal alone does not let it see.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

/**
 * A home with its servers up and a sample Search Console beside it, of a latency: for runs of the
 * whole pipeline, as a person starts them.
 */
export async function openBenchHome(options: {
  readonly latencyMs: number;
  readonly variables?: Readonly<Record<string, string>>;
}) {
  const folder = mkdtempSync(join(tmpdir(), "gsc-sync-bench-"));
  const notes = join(folder, "observed");
  mkdirSync(notes);
  const observe = new URL("./observe.ts", import.meta.url).href;
  const sampleHome = await aHome();
  const sample = sampleHome.start(
    "sample-server",
    "--latency-ms",
    `${options.latencyMs}`,
    "--json",
  );
  const url = await waitUntil("the sample server is up", () => {
    const [line] = sample.stdout().split("\n");
    return line ? z.object({ url: z.string() }).parse(JSON.parse(line)).url : undefined;
  });
  const home = await aHome({
    ...options.variables,
    GSC_API_ROOT_URL: url,
    NODE_OPTIONS: `--import=${observe}`,
    [observeVariable]: notes,
  });
  await keepServers(home);
  return {
    home,
    /** @throws Error when the run did not complete */
    async backfill(...args: readonly string[]): Promise<LocalRun> {
      rmSync(notes, { recursive: true, force: true });
      mkdirSync(notes);
      const { json, stderr } = await home.run("backfill", "--force", "--json", ...args);
      const summary = SummarySchema.safeParse(json).data;
      if (summary?.status !== "complete") throw new Error(`the run did not complete: ${stderr}`);
      return { summary, observed: readObserved(notes) };
    },
    async close() {
      await home.remove();
      await sampleHome.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type BenchHome = Awaited<ReturnType<typeof openBenchHome>>;
