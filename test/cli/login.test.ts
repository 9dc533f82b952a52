import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openRedirect } from "../../cli/sign-in/loopback-sign-in.ts";
import { startGatedSearchConsole } from "../support/fakes/gated-search-console.ts";
import type { StartedCommand, TestHome } from "../support/homes/cli.ts";
import { aKeptHome } from "../support/homes/kept-home.ts";
import { startTokenServer, type TokenServer, writeJson } from "../support/servers/token-server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { waitUntil } from "../support/wait-until.ts";

let tokens: TokenServer;
let home: TestHome;
let configuration: string;

beforeAll(async () => {
  tokens = await startTokenServer();
  configuration = mkdtempSync(join(tmpdir(), "gsc-sync-configuration-"));
  home = await aKeptHome({
    XDG_CONFIG_HOME: configuration,
    GSC_API_ROOT_URL: "http://127.0.0.1:1",
  });
});
afterAll(async () => {
  await home.remove();
  await tokens.stop();
  rmSync(configuration, { recursive: true });
});

function aClient(): string {
  return writeJson(temporaryFolder(), "client", {
    installed: {
      client_id: "id.apps.googleusercontent.com",
      client_secret: "GOCSPX-marker",
      auth_uri: "http://127.0.0.1:9/o/oauth2/auth",
      token_uri: tokens.url,
      redirect_uris: ["http://localhost"],
    },
  });
}

async function printedAddress(login: StartedCommand): Promise<URL> {
  const [address] = await waitUntil(
    "the address is printed",
    () => /^http:\S+$/m.exec(login.stderr()) ?? undefined,
  );
  return new URL(address);
}

describe("gsc-sync login", () => {
  test("turns a consent into an account, with PKCE and state, in a file of one's own", async () => {
    const login = home.start("login", "--client", aClient(), "--account-id", "seo", "--json");
    const address = await printedAddress(login);
    const asked = Object.fromEntries(address.searchParams);
    expect(asked).toMatchObject({
      response_type: "code",
      access_type: "offline",
      scope: "https://www.googleapis.com/auth/webmasters.readonly",
      code_challenge_method: "S256",
      client_id: "id.apps.googleusercontent.com",
    });
    expect(asked.redirect_uri).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);

    const stranger = await fetch(`${asked.redirect_uri}/?state=guessed&code=stolen`);
    expect(stranger.status).toBe(400);
    const back = await fetch(`${asked.redirect_uri}/?state=${asked.state}&code=a-code`);
    expect(await back.text()).toContain("You are signed in");

    const { code, json, stdout, stderr } = await login.finished;
    expect(code).toBe(0);
    const file = join(configuration, "gsc-sync/accounts/seo.json");
    expect(json).toEqual({ accountId: "seo", credentials: { kind: "file", path: file } });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({
      type: "authorized_user",
      refresh_token: "1//refresh-of-a-code",
    });
    expect(stdout + stderr).not.toMatch(/marker|refresh-of-a-code|ya29/);

    const exchange = new URLSearchParams(tokens.received.at(-1)?.body);
    expect(exchange.get("code")).toBe("a-code");
    const challenge = createHash("sha256").update(exchange.get("code_verifier") ?? "");
    expect(challenge.digest("base64url")).toBe(asked.code_challenge);
  });

  test("says so when nobody allows it, and writes nothing", async () => {
    const login = home.start("login", "--client", aClient(), "--account-id", "denied");
    const { searchParams } = await printedAddress(login);
    const state = searchParams.get("state");
    await fetch(`${searchParams.get("redirect_uri")}/?state=${state}&error=access_denied`);
    const { code, stderr } = await login.finished;
    expect(code).toBe(1);
    expect(stderr).toMatch(/gsc-sync: nobody signed in: access_denied\n$/);
    expect(() => statSync(join(configuration, "gsc-sync/accounts/denied.json"))).toThrow();
  });

  test.each([
    ["a key that is no client", { type: "service_account" }, /installed: Invalid/],
    [
      "a client whose secret would go elsewhere",
      {
        installed: {
          client_id: "a",
          client_secret: "marker",
          auth_uri: "https://accounts.google.com/o/oauth2/auth",
          token_uri: "https://tokens.example/",
        },
      },
      /token_uri: is neither Google's nor on this machine/,
    ],
  ])("refuses %s", async (_name, content, said) => {
    const file = writeJson(temporaryFolder(), "client", content);
    const { code, stderr } = await home.run("login", "--client", file);
    expect(code).toBe(2);
    expect(stderr).toMatch(said);
    expect(stderr).not.toContain("marker");
  });
});

test("the redirect listens on this machine alone", async () => {
  const redirect = await openRedirect("state");
  expect(new URL(redirect.uri).hostname).toBe("127.0.0.1");
  redirect.close();
});

describe("gsc-sync doctor", () => {
  test("checks every account and property, and says what is missing and how to mend it", async () => {
    const server = await startGatedSearchConsole({
      gate: ({ siteUrl }) =>
        siteUrl === "sc-domain:no.example" ? { status: 403, reason: "forbidden" } : undefined,
    });
    const doctors = await aKeptHome({ GSC_API_ROOT_URL: server.url });
    try {
      const key = writeJson(temporaryFolder(), "seo", {
        type: "authorized_user",
        client_id: "a",
        client_secret: "GOCSPX-marker",
        refresh_token: "1//dead",
        token_uri: tokens.url,
      });
      tokens.refuse("1//dead");
      const good = (await doctors.run("doctor", "--json")).json;
      expect(good).toMatchObject({ ok: true });
      expect(good.checks.at(-1)).toMatchObject({ name: "account default", ok: true });

      await doctors.run("properties", "add", "sc-domain:yes.example");
      await doctors.run("properties", "add", "sc-domain:no.example");
      await doctors.run(
        ...["properties", "add", "sc-domain:dead.example", "--account-id", "seo"],
        ...["--credentials", key],
      );
      const { code, json, stdout } = await doctors.run("doctor", "--json");
      expect(code).toBe(1);
      const details = Object.fromEntries(
        json.checks.map(({ name, ok, detail }: { name: string; ok: boolean; detail: string }) => [
          name,
          `${ok ? "ok" : "missing"}: ${detail}`,
        ]),
      );
      expect(details).toMatchObject({
        "account default": expect.stringMatching(/^ok: none configured/),
        "account seo": expect.stringMatching(/^missing: account seo: .*invalid_grant.*7 days/),
        "property sc-domain:yes.example": expect.stringMatching(/^ok: .*siteOwner/),
        "property sc-domain:no.example": expect.stringMatching(
          /^missing: .*HTTP 403 .*Add the address of account default as a user of sc-domain:no\.example/,
        ),
        "property sc-domain:dead.example": expect.stringMatching(/^missing: account seo: /),
      });
      expect(stdout).not.toMatch(/marker|1\/\/dead/);
    } finally {
      await doctors.remove();
      await server.stop();
    }
  });
});
