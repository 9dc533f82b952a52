import { describe, expect, test } from "vitest";
import { z } from "zod";
import { sampleServer, sampleSite } from "./sample-client.ts";

const ErrorSchema = z.object({
  error: z.object({ errors: z.array(z.object({ reason: z.string() })) }).optional(),
  siteEntry: z.array(z.object({ siteUrl: z.string() })).optional(),
});

const small = "https://small.example/";

describe("a server with tokens", () => {
  async function ask(token: string | undefined, path = "") {
    const { server } = await sampleServer({ tokens: { all: "all", narrow: [small] } });
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(`${server.url}/webmasters/v3/sites${path}`, { headers });
    return { status: response.status, ...ErrorSchema.parse(await response.json()) };
  }

  test.each([
    ["no token", undefined, "required"],
    ["an unknown or expired one", "old", "authError"],
  ])("answers 401 to %s", async (_name, token, reason) => {
    const answer = await ask(token);
    expect(answer.status).toBe(401);
    expect(answer.error?.errors[0]?.reason).toBe(reason);
  });

  test("shows each account its own properties", async () => {
    expect((await ask("narrow")).siteEntry?.map(({ siteUrl }) => siteUrl)).toEqual([small]);
    expect((await ask("all")).siteEntry?.length).toBeGreaterThan(9);
    expect((await ask("narrow", `/${encodeURIComponent(sampleSite)}`)).status).toBe(404);
  });

  test("lets a query in by the same rule", async () => {
    const { server } = await sampleServer({ tokens: { narrow: [small] } });
    const query = async (token: string, siteUrl: string) => {
      const path = `webmasters/v3/sites/${encodeURIComponent(siteUrl)}/searchAnalytics/query`;
      const response = await fetch(`${server.url}/${path}`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}` },
        body: JSON.stringify({ startDate: "2026-05-06", endDate: "2026-05-06" }),
      });
      return response.status;
    };
    expect(await query("narrow", small)).toBe(200);
    expect(await query("narrow", sampleSite)).toBe(404);
    expect(await query("other", small)).toBe(401);
  });
});
