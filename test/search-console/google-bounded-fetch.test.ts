import { createGzip } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import { accountAuthorizer } from "../../shared/search-console/google-account.ts";
import { mostPageBytes } from "../../shared/search-console/google-bounded-fetch.ts";
import { googleSearchConsole } from "../../shared/search-console/google-search-console.ts";
import { pageQuery, sampleUnit } from "../support/samples/row-samples.ts";
import { writeSignIn } from "../support/servers/token-server.ts";
import { startWebServer } from "../support/servers/web-server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const request = { ...sampleUnit(), report: pageQuery, startRow: 0 };
const never = () => new AbortController().signal;

/** Sends spaces for as long as they are read, at most 1 GiB. */
async function startEndless(headers: Readonly<Record<string, string>>) {
  let sent = 0;
  const server = await startWebServer((response) => {
    response.writeHead(200, { "content-type": "application/json", ...headers });
    const body = headers["content-encoding"] === "gzip" ? createGzip() : response;
    if (body !== response) body.pipe(response);
    const chunk = Buffer.alloc(1_024 * 1_024, " ");
    const more = () => {
      while (sent < 1_024 && !response.destroyed) {
        sent += 1;
        if (!body.write(chunk)) return void body.once("drain", more);
      }
      body.end();
    };
    more();
  });
  onTestFinished(() => server.stop());
  return { url: server.url, sentMiB: () => sent };
}

test.each([
  ["as it is", {}],
  ["as a bomb of gzip", { "content-encoding": "gzip" }],
])(
  "an endless page, %s, is left at the limit, and counted as it arrives",
  async (_how, headers) => {
    const server = await startEndless(headers);
    const counted: number[] = [];
    const client = googleSearchConsole({ rootUrl: server.url });
    const asked = client.fetchPage(request, never(), (bytes) => counted.push(bytes));
    await expect(asked).rejects.toMatchObject({
      failure: { kind: "unusable", believedAfter: 2 },
      message: "The answer cannot be used: it is longer than 64 MiB.",
    });
    expect(Math.max(...counted)).toBeLessThanOrEqual(mostPageBytes);
    expect(counted.length).toBeGreaterThan(10);
    // Compressed, all of it fits into the sockets' buffers.
    if (!("content-encoding" in headers)) expect(server.sentMiB()).toBeLessThan(512);
  },
);

test("an endless answer of the token endpoint is left too", async () => {
  const server = await startEndless({});
  const path = writeSignIn(temporaryFolder(), "seo", server.url);
  const account = { accountId: "seo", credentials: { kind: "file", path } } as const;
  await expect(accountAuthorizer(account, () => undefined).headers()).rejects.toMatchObject({
    failure: { kind: "transient" },
    message: expect.stringContaining("longer than 1 MiB"),
  });
});
