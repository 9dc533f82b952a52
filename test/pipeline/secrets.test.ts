import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type GatedSearchConsole,
  startGatedSearchConsole,
} from "../support/fakes/gated-search-console.ts";
import { aHome, type TestHome } from "../support/homes/cli.ts";
import { descendantsOf } from "../support/homes/process-tree.ts";
import {
  startTokenServer,
  type TokenServer,
  writeSignIn,
} from "../support/servers/token-server.ts";
import { waitUntil } from "../support/wait-until.ts";

/** In the client secret, the refresh token, and every access token that is made of it. */
const marker = "MARKER-5e1f0a";

let tokens: TokenServer;
let server: GatedSearchConsole;
let home: TestHome;
const folder = mkdtempSync(join(tmpdir(), "gsc-sync-secrets-"));
const said: string[] = [];

beforeAll(async () => {
  tokens = await startTokenServer();
  server = await startGatedSearchConsole({
    // What Google answers may hold what it was sent.
    gate: ({ siteUrl, token }) =>
      siteUrl.includes("refused")
        ? { status: 401, reason: `authError Bearer ${token}` }
        : undefined,
  });
  home = await aHome({ GSC_API_ROOT_URL: server.url, GSC_SYNC_DEBUG: "1" });
});
afterAll(async () => {
  await home.remove();
  await server.stop();
  await tokens.stop();
  rmSync(folder, { recursive: true });
});

async function run(...args: readonly string[]): Promise<void> {
  const { stdout, stderr } = await home.run(...args);
  said.push(stdout, stderr);
}

test("no secret is printed, logged, kept in the home or shown in the process list", {
  timeout: 180_000,
}, async () => {
  const good = writeSignIn(folder, "good", tokens.url, `${marker}-good`);
  const dead = writeSignIn(folder, "dead", tokens.url, `${marker}-dead`);
  tokens.refuse(`1//${marker}-dead`);

  const owner = home.start("resources", "--keep");
  await waitUntil("the servers are up", () => owner.stderr().includes("Ctrl-C"));
  const add = ["properties", "add"];
  await run(...add, "sc-domain:good.example", "--account-id", "good", "--credentials", good);
  await run(...add, "sc-domain:refused.example", "--account-id", "good");
  await run(...add, "sc-domain:dead.example", "--account-id", "dead", "--credentials", dead);
  const syncing = home.start("sync", "--json");
  const shown: string[] = [];
  const watching = setInterval(() => shown.push(processList(owner.child.pid ?? 0)), 100);
  const { json, stdout, stderr } = await syncing.finished;
  clearInterval(watching);
  said.push(stdout, stderr);

  const ends = json.properties.map(({ status }: { status: string }) => status);
  expect(ends).toEqual(["failed", "complete", "failed"]);
  expect(tokens.given.some((token) => token.includes(marker))).toBe(true);
  await run("status", "--json");
  await run("properties", "list", "--json");
  await run("doctor");
  await run("resources", "--json");
  owner.child.kill("SIGINT");
  const ended = await owner.finished;
  said.push(ended.stdout, ended.stderr);

  expect(said.join("\n")).not.toContain(marker);
  expect(shown.join("\n")).toContain("fetch-batch");
  expect(shown.join("\n")).not.toContain(marker);
  const files = filesBelow(home.folder);
  expect(files.length).toBeGreaterThan(20);
  expect(files.filter((file) => readFileSync(file).includes(marker))).toEqual([]);
});

/** Command lines and environments of an owner and all that it has started. */
function processList(pid: number): string {
  return [pid, ...descendantsOf(pid)]
    .flatMap((each) => [`/proc/${each}/cmdline`, `/proc/${each}/environ`])
    .map((file) => {
      try {
        return readFileSync(file, "utf8").replaceAll("\0", " ");
      } catch {
        return "";
      }
    })
    .join("\n");
}

function filesBelow(path: string): readonly string[] {
  return readdirSync(path, { recursive: true, encoding: "utf8" })
    .map((name) => join(path, name))
    .filter((file) => statSync(file).isFile());
}
