import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { aHome, type TestHome } from "../support/homes/cli.ts";
import { startGoogleProxy } from "../support/servers/google-proxy.ts";
import { type GoogleStandIn, startGoogleStandIn } from "../support/servers/google-stand-in.ts";
import { makeTlsMaterial } from "../support/servers/tls-material.ts";
import { writeServiceAccount } from "../support/servers/token-server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const searchConsoleHost = "searchconsole.googleapis.com";
const tokenHost = "oauth2.googleapis.com";
const site = "sc-domain:proxied.example";

let google: GoogleStandIn;
let proxy: Awaited<ReturnType<typeof startGoogleProxy>>;
let home: TestHome;
let key: string;

beforeAll(async () => {
  google = await startGoogleStandIn();
  const { folder, server, tokens } = google;
  const tls = await makeTlsMaterial(folder, `DNS:${searchConsoleHost},DNS:${tokenHost}`);
  proxy = await startGoogleProxy(tls, {
    [searchConsoleHost]: server.url,
    [tokenHost]: tokens.url,
  });
  key = writeServiceAccount(folder, "seo", tokens.url);
  const { token_uri: _, ...googles } = JSON.parse(readFileSync(key, "utf8"));
  writeFileSync(key, JSON.stringify(googles));
  home = await aHome({ HTTPS_PROXY: proxy.url, NODE_EXTRA_CA_CERTS: tls.authority });
});
afterAll(async () => {
  await home.remove();
  await proxy.stop();
  await google.stop();
});

test("behind a proxy, every request and every token goes through it", async () => {
  const add = ["properties", "add", site, "--account-id", "seo", "--credentials", key];
  expect((await home.run(...add)).code).toBe(0);
  const doctor = await home.run("doctor");
  expect(doctor.stdout + doctor.stderr).toContain(`the account seo may read it`);
  const backfill = ["backfill", "--site-url", site, "--days", "2", "--json"];
  expect((await home.run(...backfill)).json).toMatchObject({ status: "complete" });
  expect(new Set(proxy.connected)).toEqual(
    new Set([`${searchConsoleHost}:443`, `${tokenHost}:443`]),
  );
  expect(google.server.seen.length).toBeGreaterThan(0);
});

test("a proxy that refuses is told as such at the start", async () => {
  const refusing = await aHome({ https_proxy: "http://127.0.0.1:1" });
  const { code, stderr } = await refusing.run("backfill", "--site-url", site, "--days", "2");
  await refusing.remove();
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /no Search Console server answers at https:\/\/searchconsole\.googleapis\.com \(\w+\): check the network and HTTPS_PROXY/,
  );
});

test("a proxy that lets nobody to Google is told as such too", async () => {
  const other = temporaryFolder();
  const closed = await startGoogleProxy(await makeTlsMaterial(other), {});
  const behind = await aHome({ HTTPS_PROXY: closed.url });
  const { code, stderr } = await behind.run("backfill", "--site-url", site, "--days", "2");
  await behind.remove();
  await closed.stop();
  expect(code).toBe(1);
  expect(stderr).toMatch(/no Search Console server answers at .* and HTTPS_PROXY\n$/);
});

test.each(["proxy.example:3128", "nonsense", "socks5://127.0.0.1:1080", "http:///"])(
  "%s is no proxy: nothing starts",
  async (value) => {
    const broken = await aHome({ HTTPS_PROXY: value });
    const { code, stderr } = await broken.run("status");
    await broken.remove();
    expect(code).toBe(2);
    expect(stderr).toMatch(/^gsc-sync: HTTPS_PROXY is not a proxy's address like/);
  },
);
