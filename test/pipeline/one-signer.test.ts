import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type GatedSearchConsole,
  startGatedSearchConsole,
} from "../support/fakes/gated-search-console.ts";
import { aHome, type TestHome } from "../support/homes/cli.ts";
import {
  startTokenServer,
  type TokenServer,
  writeServiceAccount,
} from "../support/servers/token-server.ts";

let tokens: TokenServer;
let server: GatedSearchConsole;
let home: TestHome;
const folder = mkdtempSync(join(tmpdir(), "gsc-sync-signer-"));

beforeAll(async () => {
  tokens = await startTokenServer();
  server = await startGatedSearchConsole({ gate: () => undefined });
  home = await aHome({ GSC_API_ROOT_URL: server.url });
});
afterAll(async () => {
  await home.remove();
  await server.stop();
  await tokens.stop();
  rmSync(folder, { recursive: true });
});

test("two account ids on one service account count in one window, and keep their ids", {
  timeout: 120_000,
}, async () => {
  const key = writeServiceAccount(folder, "robot", tokens.url);
  for (const id of ["seo", "blog"]) {
    const site = `sc-domain:${id}.example`;
    await home.run("properties", "add", site, "--account-id", id, "--credentials", key);
    const backfill = await home.run("backfill", "--site-url", site, "--days", "3", "--json");
    expect(backfill.json).toMatchObject({ status: "complete" });
  }
  await home.run("lever", "--account-id", "blog", "--qpm", "100", "--yes");
  const { scopes } = (await home.run("quota", "--json")).json;
  const accounts = scopes.filter(({ scope }: { scope: string }) => scope === "account");
  const signer = "robot@sample.iam.gserviceaccount.com";
  expect(accounts).toMatchObject([
    { id: "blog", signer, budget: 100 },
    { id: "seo", signer, budget: 100, reason: expect.stringContaining("signs as blog") },
  ]);
  expect(accounts[0].used).toBe(server.seen.length);
  expect(accounts[1].used).toBe(server.seen.length);
});
