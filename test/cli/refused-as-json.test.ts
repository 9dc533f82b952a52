import { afterAll, beforeAll, expect, test } from "vitest";
import { aHome, type TestHome } from "../support/homes/cli.ts";

let home: TestHome;
beforeAll(async () => {
  home = await aHome({ GSC_API_ROOT_URL: "http://127.0.0.1:1" });
});
afterAll(() => home.remove());

const site = ["--site-url", "sc-domain:example.com"];

test.each([
  ["what was typed", ["backfill", ...site], 2, /^say which days/],
  ["what the parser refuses", ["backfill", ...site, "--fast"], 2, /^unknown option '--fast'/],
  ["a missing option", ["units"], 2, /^required option '--site-url <property>'/],
  ["what a server refuses", ["sync", ...site], 1, /^no Search Console server answers/],
] as const)(
  "with --json stdout has %s as one JSON object, and stderr the line",
  async (_, args, exitCode, error) => {
    const { code, stdout, stderr, json } = await home.run(...args, "--json");
    expect(json).toEqual({ error: expect.stringMatching(error), exitCode });
    expect(code).toBe(exitCode);
    expect(stdout.trimEnd().split("\n")).toHaveLength(1);
    expect(stderr).toBe(`gsc-sync: ${json.error}\n`);
  },
);
