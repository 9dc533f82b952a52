import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  type AccountAuthorizer,
  accountAuthorizer,
  secretAuthorizer,
  sharedToken,
} from "../../shared/search-console/google-account.ts";
import { SearchConsoleError } from "../../shared/search-console/search-console-error.ts";
import {
  startTokenServer,
  type TokenServer,
  writeExternalAccount,
  writeJson,
  writeServiceAccount,
  writeSignIn,
} from "../support/servers/token-server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

let server: TokenServer;
beforeEach(async () => {
  server = await startTokenServer({ delayMs: 20 });
});
afterEach(() => server.stop());

function ofFile(path: string): AccountAuthorizer {
  return accountAuthorizer(
    { accountId: "seo", credentials: { kind: "file", path } },
    () => undefined,
  );
}

async function faultOf(authorizer: AccountAuthorizer): Promise<SearchConsoleError> {
  const fault = await authorizer.headers().catch((error: unknown) => error);
  if (fault instanceof SearchConsoleError) return fault;
  throw new Error(`no SearchConsoleError: ${String(fault)}`);
}

describe("an account's credentials", () => {
  test.each([
    ["a sign-in", writeSignIn],
    ["a service account's key", writeServiceAccount],
    ["an external account", writeExternalAccount],
  ])("may be %s; 50 requests at once ask for one token", async (_kind, write) => {
    const authorizer = ofFile(write(temporaryFolder(), "seo", server.url));
    const headers = await Promise.all(Array.from({ length: 50 }, () => authorizer.headers()));
    expect(server.given).toHaveLength(1);
    expect(new Set(headers.map(({ authorization }) => authorization))).toEqual(
      new Set([`Bearer ${server.given[0]}`]),
    );
    await authorizer.headers();
    expect(server.received).toHaveLength(1);
  });

  test.each([
    ["a sign-in", writeSignIn],
    ["a service account's key", writeServiceAccount],
    ["an external account", writeExternalAccount],
  ])("of %s: a token that many requests were refused with is renewed once", async (_k, write) => {
    const authorizer = ofFile(write(temporaryFolder(), "seo", server.url));
    const old = await authorizer.headers();
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        authorizer.refuse(old);
        expect(await authorizer.headers()).not.toEqual(old);
      }),
    );
    expect(server.given).toHaveLength(2);
    authorizer.refuse(old);
    await authorizer.headers();
    expect(server.given).toHaveLength(2);
  });

  test("that were revoked say what to do, and count again after a new sign-in", async () => {
    const folder = temporaryFolder();
    const authorizer = ofFile(writeSignIn(folder, "seo", server.url));
    server.refuse("1//seo");
    const fault = await faultOf(authorizer);
    expect(fault.failure.kind).toBe("credentials");
    expect(fault.message).toMatch(/^account seo: .*invalid_grant.*gsc-sync login.*7 days/);
    expect(fault.message).not.toContain("1//seo");
    writeSignIn(folder, "seo", server.url, "renewed");
    expect((await authorizer.headers()).authorization).toMatch(/renewed/);
  });

  test("may be named by a variable", async () => {
    const path = writeSignIn(temporaryFolder(), "seo", server.url);
    const account = {
      accountId: "seo",
      credentials: { kind: "environment", variable: "SEO_KEY" },
    } as const;
    const named = accountAuthorizer(account, (name) => (name === "SEO_KEY" ? path : undefined));
    expect((await named.headers()).authorization).toMatch(/^Bearer ya29/);
    const fault = await faultOf(accountAuthorizer(account, () => undefined));
    expect(fault.message).toBe(
      "account seo: the environment variable SEO_KEY is not set: it names the account's credential file.",
    );
  });

  test("in a file that is not there", async () => {
    const path = join(temporaryFolder(), "none.json");
    const fault = await faultOf(ofFile(path));
    expect(fault.failure.kind).toBe("credentials");
    expect(fault.message).toBe(`account seo: the credential file ${path} is not there.`);
  });

  test("are asked once for a token that many requests wait for, whatever their client does", async () => {
    let asked = 0;
    const client = {
      async getRequestHeaders() {
        asked += 1;
        return new Headers({ authorization: `Bearer ${asked}` });
      },
    };
    const authorizer = sharedToken("seo", async () => client);
    await Promise.all(Array.from({ length: 50 }, () => authorizer.headers()));
    expect(asked).toBe(1);
  });

  test("name a signer the same however its address is written", async () => {
    const path = writeServiceAccount(temporaryFolder(), "SEO", server.url);
    expect(await ofFile(path).signer()).toBe("seo@sample.iam.gserviceaccount.com");
  });

  test("say who signs: two files of a service account are one signer, two sign-ins are two", async () => {
    const folder = temporaryFolder();
    const signers = await Promise.all(
      [
        writeServiceAccount(folder, "seo", server.url),
        writeServiceAccount(temporaryFolder(), "seo", server.url),
        writeSignIn(folder, "blog", server.url, "one"),
        writeSignIn(folder, "other", server.url, "two"),
        writeExternalAccount(folder, "cloud", server.url),
      ].map((path) => ofFile(path).signer()),
    );
    expect(signers[0]).toBe("seo@sample.iam.gserviceaccount.com");
    expect(signers[1]).toBe(signers[0]);
    expect(new Set(signers).size).toBe(4);
    expect(signers.join(" ")).not.toMatch(/GOCSPX|1\/\//);
    expect(server.received).toEqual([]);
  });

  const unchanged = (text: string) => text;
  test.each([
    ["UTF-16 with a mark, as PowerShell writes it", unchanged, "utf16le", "\ufeff"],
    ["UTF-16 without a mark", unchanged, "utf16le", ""],
    ["UTF-8 with a mark", unchanged, "utf8", "\ufeff"],
    [
      "newlines that a shell wrote out",
      (text: string) => text.replaceAll("\\n", "\\\\n"),
      "utf8",
      "",
    ],
    [
      "Windows' newlines in its key",
      (text: string) => text.replaceAll("\\n", "\\r\\n"),
      "utf8",
      "",
    ],
  ] as const)("in a file with %s", async (_name, change, encoding, mark) => {
    const path = writeServiceAccount(temporaryFolder(), "seo", server.url);
    writeFileSync(path, mark + change(readFileSync(path, "utf8")), encoding);
    expect((await ofFile(path).headers()).authorization).toMatch(/^Bearer ya29/);
  });

  test.each([writeServiceAccount, writeSignIn, writeExternalAccount])(
    "of %o: requests count in the project that the file names",
    async (write) => {
      const path = write(temporaryFolder(), "seo", server.url);
      const content: object = JSON.parse(readFileSync(path, "utf8"));
      writeFileSync(path, JSON.stringify({ ...content, quota_project_id: "billing-1" }));
      expect(await ofFile(path).headers()).toMatchObject({ "x-goog-user-project": "billing-1" });
    },
  );

  test.each([
    ["no JSON", "-----BEGIN PRIVATE KEY-----secret", /is not JSON/],
    ["an unknown kind", { type: "api_key", key: "secret" }, /type: Invalid/],
    ["an OAuth client", { installed: { client_secret: "secret" } }, /gsc-sync login --client/],
    ["half a sign-in", { type: "authorized_user", client_secret: "secret" }, /refresh_token/],
    [
      "a key that is none",
      { type: "service_account", client_email: "a@b.c", private_key: "secret" },
      /private_key: is no PEM key/,
    ],
    [
      "a key that was cut",
      {
        type: "service_account",
        client_email: "a@b.c",
        private_key: "-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----",
      },
      /private_key: is a PEM key that cannot be read/,
    ],
    [
      "an impersonation",
      { type: "impersonated_service_account", source_credentials: { private_key: "secret" } },
      /impersonates a service account, which gsc-sync does not do/,
    ],
    [
      "another universe",
      {
        type: "authorized_user",
        client_id: "a",
        client_secret: "secret",
        refresh_token: "secret",
        universe_domain: "cloud.example",
      },
      /universe_domain: is not googleapis.com/,
    ],
    [
      "a token endpoint of somebody else",
      {
        type: "authorized_user",
        client_id: "a",
        client_secret: "secret",
        refresh_token: "secret",
        token_uri: "https://tokens.example/",
      },
      /token_uri: is neither Google's nor on this machine/,
    ],
  ])("in a file with %s are refused without a word of it", async (_name, content, said) => {
    const folder = temporaryFolder();
    const path = writeJson(folder, "key", content);
    if (typeof content === "string") writeFileSync(path, content);
    const fault = await faultOf(ofFile(path));
    expect(fault.failure.kind).toBe("credentials");
    expect(fault.message).toMatch(said);
    expect(fault.message).toContain(path);
    expect(fault.message).not.toContain("secret ");
    rmSync(path);
  });

  test("are asked for again later when the token endpoint is down", async () => {
    const gone = await startTokenServer();
    await gone.stop();
    const authorizer = ofFile(writeSignIn(temporaryFolder(), "seo", gone.url));
    expect((await faultOf(authorizer)).failure.kind).toBe("transient");
  });
});

describe("an account's secret", () => {
  const ofSecret = (content: () => string | undefined) => {
    const asked: string[] = [];
    const read = async (name: string) => {
      asked.push(name);
      return content();
    };
    return {
      asked,
      authorizer: secretAuthorizer("seo", { prefix: "gsc-sync/dev/accounts/", read }),
    };
  };

  test("holds what a credential file holds, is read once, and again after a refusal", async () => {
    const content = readFileSync(writeSignIn(temporaryFolder(), "seo", server.url), "utf8");
    const { authorizer, asked } = ofSecret(() => content);
    const headers = await authorizer.headers();
    await authorizer.headers();
    expect(asked).toEqual(["gsc-sync/dev/accounts/seo"]);
    authorizer.refuse(headers);
    await authorizer.headers();
    expect(asked).toHaveLength(2);
  });

  test("that is not there is named, and what to put into it", async () => {
    const { authorizer } = ofSecret(() => undefined);
    const fault = await faultOf(authorizer);
    expect(fault.failure.kind).toBe("credentials");
    expect(fault.message).toContain("there is no secret gsc-sync/dev/accounts/seo");
  });

  test("that is no credential file is refused, and nothing of it is shown", async () => {
    const { authorizer } = ofSecret(() => '{"type":"service_account","private_key":"top-secret"}');
    const fault = await faultOf(authorizer);
    expect(fault.message).toContain("the secret gsc-sync/dev/accounts/seo cannot be used");
    expect(fault.message).not.toContain("top-secret");
  });

  test("that cannot be read may be tried again", async () => {
    let tries = 0;
    const content = readFileSync(writeSignIn(temporaryFolder(), "seo", server.url), "utf8");
    const { authorizer } = ofSecret(() => {
      tries += 1;
      if (tries === 1) throw new TypeError("away");
      return content;
    });
    await expect(authorizer.headers()).rejects.toThrow();
    expect(await authorizer.headers()).toHaveProperty("authorization");
  });
});
