import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseRegistryEntries } from "../../shared/registry/registry-entries.ts";
import { testedBlock } from "../support/documents/tested-block.ts";
import type { TestHome } from "../support/homes/cli.ts";
import { aKeptHome } from "../support/homes/kept-home.ts";
import { type GoogleStandIn, startGoogleStandIn } from "../support/servers/google-stand-in.ts";
import { writeServiceAccount } from "../support/servers/token-server.ts";

const repository = join(import.meta.dirname, "../..");
let google: GoogleStandIn;
let home: TestHome;

beforeAll(async () => {
  google = await startGoogleStandIn(({ token }) =>
    token === "" ? { status: 401, reason: "authError" } : undefined,
  );
  home = await aKeptHome({ GSC_API_ROOT_URL: google.server.url });
});
afterAll(async () => {
  await home.remove();
  await google.stop();
});

test("the README's way to one's own rows, line by line", async () => {
  const key = writeServiceAccount(google.folder, "key", google.tokens.url);
  const lines = testedBlock("README.md", "own-key").trim().split("\n");
  for (const line of lines) {
    const [npx, program, ...args] = line.replace("./key.json", key).split(" ");
    expect([npx, program]).toEqual(["npx", "gsc-sync"]);
    const { code, stdout, stderr } = await home.run(...args);
    expect(`${code} ${line} ${code === 0 ? "" : stdout + stderr}`).toBe(`0 ${line} `);
  }
  const { json } = await home.run("sql", "select count(*) as rows from search_rows", "--json");
  // 30 final days, and the two after them that the sync adds; three rows a day.
  expect(json.rows).toEqual([{ rows: 96 }]);
});

test("doctor names the address that owners let in", async () => {
  const { stdout } = await home.run("doctor");
  expect(stdout).toMatch(
    /^ok {6}account seo: Google gives a token for .*key\.json \(key@sample\.iam\.gserviceaccount\.com\)$/m,
  );
  expect(stdout).toMatch(/^ok {6}registry: 1 property for a sync to read$/m);
});

test("sql shows 1,000 rows of an answer and says so; --json has all", async () => {
  const query = "select n from generate_series(1, 1200) as s(n)";
  const shown = await home.run("sql", query);
  expect(shown.stdout.trimEnd().split("\n")).toHaveLength(1_002);
  expect(shown.stderr).toBe(
    "there are more rows: add LIMIT, or --format jsonl to get all of them\n",
  );
  expect((await home.run("sql", query, "--json")).json.rows).toHaveLength(1_200);
});

test("a backfill keeps to what the property was registered with", async () => {
  const site = "sc-domain:slow.example";
  await home.run(
    "properties",
    "add",
    site,
    "--account-id",
    "seo",
    "--qpm",
    "60",
    "--concurrency",
    "1",
  );
  const dryRun = ["backfill", "--site-url", site, "--days", "3", "--dry-run", "--json"];
  expect((await home.run(...dryRun)).json).toMatchObject({ budgetPerMinute: 60 });
  expect((await home.run(...dryRun, "--qpm", "90")).json).toMatchObject({ budgetPerMinute: 90 });
  await home.run("lever", "--site-url", site, "--limit", "40", "--yes");
  expect((await home.run(...dryRun)).json).toMatchObject({ budgetPerMinute: 40 });
  const run = await home.run(...dryRun.filter((word) => word !== "--dry-run"));
  expect(run.json).toMatchObject({ status: "complete", concurrency: 1 });
});

test("the documented registry file has no fault", () => {
  const input = JSON.parse(testedBlock("docs/accounts.md", "registry"));
  const { faults, entries } = parseRegistryEntries(input, {
    absolute: (path) => join("/", path),
    reportFault: () => undefined,
  });
  expect(faults).toEqual([]);
  expect(entries.accounts).toHaveLength(2);
  expect(entries.properties).toHaveLength(2);
});

describe("the nightly lines", () => {
  const here = (text: string) =>
    text.replaceAll("/opt/gsc-sync", repository).replaceAll("/var/lib/gsc-sync", home.folder);

  /** As cron and systemd do it: a shell, and next to no environment. The servers are ours. */
  async function output(command: string): Promise<string> {
    const { stdout } = await promisify(execFile)("/bin/sh", ["-c", command], {
      cwd: repository,
      env: {
        PATH: process.env.PATH ?? "",
        HOME: google.folder,
        GSC_SYNC_HOME: home.folder,
        GSC_API_ROOT_URL: google.server.url,
      },
    });
    return stdout;
  }

  test("for cron, run as they stand", async () => {
    const [variable = "", line = ""] = here(testedBlock("docs/nightly.md", "cron")).split("\n");
    expect(variable).toBe(`GSC_SYNC_HOME=${home.folder}`);
    const [, command = ""] = /^0 14 \* \* \* (.+)$/.exec(line) ?? [];
    expect(await output(command)).toMatch(/sc-domain:example\.com +complete/);
  });

  test("for systemd, run as they stand", async () => {
    const service = here(testedBlock("docs/nightly.md", "service"));
    const start = /^ExecStart=(.+)$/m.exec(service)?.[1] ?? "";
    expect(service).toContain(`WorkingDirectory=${repository}`);
    expect(service).toContain(`Environment=GSC_SYNC_HOME=${home.folder}`);
    expect(await output(start)).toMatch(/sc-domain:example\.com +complete/);
    expect(testedBlock("docs/nightly.md", "timer")).toMatch(
      /^OnCalendar=\*-\*-\* \d\d:\d\d:00 UTC$/m,
    );
  });
});
