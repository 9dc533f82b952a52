import { onTestFinished } from "vitest";
import { z } from "zod";
import {
  type SampleSearchConsoleOptions,
  startSampleSearchConsole,
} from "../../sample-search-console/sample-search-console.ts";

const RowSchema = z.object({
  keys: z.array(z.string()).default([]),
  clicks: z.number(),
  impressions: z.number(),
  ctr: z.number(),
  position: z.number(),
});

const AnswerSchema = z.object({
  rows: z.array(RowSchema).optional(),
  responseAggregationType: z.string().optional(),
  metadata: z
    .strictObject({
      firstIncompleteDate: z.string().optional(),
      firstIncompleteHour: z.string().optional(),
    })
    .optional(),
  rowCount: z.number().optional(),
  capped: z.boolean().optional(),
  error: z
    .object({
      code: z.number(),
      message: z.string(),
      errors: z.array(z.object({ domain: z.string(), reason: z.string() })),
    })
    .optional(),
});

export const sampleSite = "sc-domain:sample.example";
export const largeSite = "sc-domain:large.example";

/** Wednesday, noon in California: days are final up to Sunday the 17th. */
export const noonMs = Date.parse("2026-05-20T19:00:00Z");

/** A sample server for the running test, spoken to in plain HTTP. */
export async function sampleServer(options: SampleSearchConsoleOptions = {}) {
  const server = await startSampleSearchConsole({ nowMs: () => noonMs, ...options });
  onTestFinished(() => server.stop());

  async function get(path: string) {
    const response = await fetch(`${server.url}/sample/${path}`);
    return { status: response.status, ...AnswerSchema.parse(await response.json()) };
  }

  return {
    server,
    async query(siteUrl: string, body: object) {
      const path = `webmasters/v3/sites/${encodeURIComponent(siteUrl)}/searchAnalytics/query`;
      const response = await fetch(`${server.url}/${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      return { status: response.status, ...AnswerSchema.parse(await response.json()) };
    },
    truth: (siteUrl: string, date: string, more: Readonly<Record<string, string>> = {}) =>
      get(`truth?${new URLSearchParams({ siteUrl, date, dimensions: "page,query", ...more })}`),
    async control(path: string, body: unknown) {
      const options = { method: "POST", body: JSON.stringify(body) };
      return (await fetch(`${server.url}/sample/${path}`, options)).status;
    },
    get,
  };
}

/** Body of a query for one day by page and query. */
export function dayQuery(date: string, more: object = {}) {
  return { startDate: date, endDate: date, dimensions: ["page", "query"], ...more };
}

/** One filter, as a query has it. */
export function filterBy(dimension: string, expression: string, operator = "equals") {
  return { dimensionFilterGroups: [{ filters: [{ dimension, operator, expression }] }] };
}
