import { rmSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { startGatedSearchConsole } from "../support/fakes/gated-search-console.ts";
import { aHome } from "../support/homes/cli.ts";
import { descendantsOf } from "../support/homes/process-tree.ts";
import { waitUntilGone } from "../support/homes/start-stack-command.ts";
import { waitUntil } from "../support/wait-until.ts";

test("a home that is deleted under a run: one line, exit 1, and nothing is left running", {
  timeout: 60_000,
}, async () => {
  const server = await startGatedSearchConsole({ gate: () => undefined });
  const home = await aHome({ GSC_API_ROOT_URL: server.url });
  onTestFinished(async () => {
    await home.remove();
    await server.stop();
  });
  const site = ["--site-url", "sc-domain:deleted.example"];
  const run = home.start("backfill", ...site, "--days", "300", "--qpm", "60");
  await waitUntil("it fetches", () => server.seen.length > 3);
  const processes = descendantsOf(run.child.pid ?? 0);
  rmSync(home.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  const { code, stderr } = await run.finished;
  expect(code).toBe(1);
  const lines = stderr.trimEnd().split("\n");
  expect(lines.filter((line) => line.startsWith("gsc-sync: "))).toEqual([
    expect.stringMatching(
      /^gsc-sync: the home .* was deleted or replaced under its servers: its runs are gone with it/,
    ),
  ]);
  expect(stderr).not.toMatch(/\n\s+at /);
  await waitUntilGone(processes, 5_000);
});
