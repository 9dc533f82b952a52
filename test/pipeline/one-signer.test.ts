import { afterAll, beforeAll, expect, test } from "vitest";
import { aHome, type TestHome } from "../support/homes/cli.ts";
import { type GoogleStandIn, startGoogleStandIn } from "../support/servers/google-stand-in.ts";
import { writeServiceAccount } from "../support/servers/token-server.ts";

let google: GoogleStandIn;
let home: TestHome;

beforeAll(async () => {
  google = await startGoogleStandIn();
  home = await aHome({ GSC_API_ROOT_URL: google.server.url });
});
afterAll(async () => {
  await home.remove();
  await google.stop();
});

test("two account ids on one service account count in one window, and keep their ids", async () => {
  const key = writeServiceAccount(google.folder, "robot", google.tokens.url);
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
  expect(accounts[0].used).toBe(google.server.seen.length);
  expect(accounts[1].used).toBe(google.server.seen.length);
});
