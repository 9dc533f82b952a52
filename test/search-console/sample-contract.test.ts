import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import {
  type SampleSearchConsoleOptions,
  startSampleSearchConsole,
} from "../../sample-search-console/sample-search-console.ts";
import { findReport } from "../../shared/request/find-report.ts";
import { googleSearchConsole } from "../../shared/search-console/google-search-console.ts";
import type { Page } from "../../shared/search-console/search-console.ts";
import { pacific } from "../support/samples/pacific.ts";

/** Google's client against the sample Search Console: what the pipeline runs on locally. */
async function pair(options: SampleSearchConsoleOptions = {}) {
  const nowMs = () => Date.parse("2026-05-20T19:00:00Z");
  const server = await startSampleSearchConsole({ nowMs, ...options });
  onTestFinished(() => server.stop());
  const client = googleSearchConsole({ rootUrl: server.url });
  const report = findReport("page_query");
  if (report === undefined) throw new Error("no page_query report");
  const fetchPage = (siteUrl: string, date: string, startRow = 0): Promise<Page> =>
    client.fetchPage(
      { siteUrl, report, date: pacific(date), startRow },
      new AbortController().signal,
    );
  return { server, fetchPage };
}

const TruthSchema = z.object({ rows: z.array(z.unknown()) });
const large = "sc-domain:large.example";

describe("the client reads from the sample", () => {
  test("a day of 25,001 rows in two pages, equal to the truth", async () => {
    const { server, fetchPage } = await pair();
    const first = await fetchPage(large, "2026-05-11");
    const second = await fetchPage(large, "2026-05-11", 25_000);
    const parameters = new URLSearchParams({ siteUrl: large, date: "2026-05-11" });
    const answer = await fetch(`${server.url}/sample/truth?${parameters}`);
    const truth = TruthSchema.parse(await answer.json());
    expect([first.rows.length, second.rows.length]).toEqual([25_000, 1]);
    // As text: a deep comparison of 25,001 rows takes seconds.
    const lines = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row)).join("\n");
    expect(lines([...first.rows, ...second.rows]) === lines(truth.rows)).toBe(true);
    expect(first.aggregation).toBe("byPage");
  });

  test("an empty page past the end", async () => {
    const { fetchPage } = await pair();
    expect((await fetchPage(large, "2026-05-10", 25_000)).rows).toEqual([]);
  });

  test.each([
    ["sc-domain:nowhere.example", { kind: "unknown-site" }],
    ["sc-domain:forbidden.example", { kind: "forbidden" }],
  ])("%s as %o", async (siteUrl, failure) => {
    const { fetchPage } = await pair();
    await expect(fetchPage(siteUrl, "2026-05-11")).rejects.toMatchObject({ failure });
  });

  test("both quota refusals as per-minute ones of the property", async () => {
    const { fetchPage } = await pair({ qpm: 1 });
    await fetchPage("https://small.example/", "2026-05-11");
    const failure = { kind: "quota", period: "minute", scope: "property" };
    for (const status of [403, 429]) {
      await expect(fetchPage("https://small.example/", "2026-05-11")).rejects.toMatchObject({
        status,
        failure,
      });
    }
  });

  test("with 5 at a time over as many kept-alive connections, give or take", async () => {
    const { server, fetchPage } = await pair();
    const lane = async () => {
      for (let turn = 0; turn < 20; turn += 1)
        await fetchPage("https://small.example/", "2026-05-11");
    };
    await Promise.all(Array.from({ length: 5 }, lane));
    expect(server.seen().requests).toBe(100);
    expect(server.seen().connections).toBeLessThanOrEqual(10);
  });
});
