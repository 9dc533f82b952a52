import { z } from "zod";
import { pacificDateAt, parsePacificDate } from "../../shared/plan/pacific-date.ts";
import { searchTypes } from "../../shared/plan/report.ts";
import { unitRowCap } from "../../shared/plan/unit.ts";
import type { Analytics } from "./analytics.ts";
import { sampleDimensions } from "./analytics-query.ts";
import { badRequest, type HttpAnswer, unknownSite } from "./http-answer.ts";
import { findSampleProperty, sampleProperties } from "./sample-properties.ts";
import type { Seen } from "./seen.ts";

export type OwnPathInsides = {
  readonly analytics: Analytics;
  readonly seen: { read(): Seen };
  readonly seed: number;
  readonly now: () => number;
};

/**
 * What Google does not have; counted nowhere, refused never. Undefined for another path.
 *
 *   GET /sample/properties                      which there are
 *   GET /sample/seen                            requests, refusals, highest rolling minute, list
 *   GET /sample/truth?siteUrl=…&date=…          all rows of a unit; also &dimensions=page,query
 *                                               &searchType=web &dataState=final
 */
export function answerOwnPath(url: URL, insides: OwnPathInsides): HttpAnswer | undefined {
  switch (url.pathname) {
    case "/sample/properties":
      return { status: 200, body: propertiesAnswer(insides) };
    case "/sample/seen":
      return { status: 200, body: insides.seen.read() };
    case "/sample/truth":
      return truthAnswer(url.searchParams, insides);
    default:
      return undefined;
  }
}

const TruthSchema = z.object({
  siteUrl: z.string(),
  date: z.string().transform((text, context) => {
    const date = parsePacificDate(text);
    if (date !== undefined) return date;
    context.addIssue({ code: "custom", message: "is not a date like 2026-03-31" });
    return z.NEVER;
  }),
  dimensions: z
    .string()
    .default("page,query")
    .transform((text) => (text === "" ? [] : text.split(",")))
    .pipe(z.array(z.enum(sampleDimensions))),
  searchType: z.enum(searchTypes).default("web"),
  dataState: z.enum(["final", "all"]).default("final"),
});

function truthAnswer(parameters: URLSearchParams, insides: OwnPathInsides): HttpAnswer {
  const parsed = TruthSchema.safeParse(Object.fromEntries(parameters));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return badRequest(`${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
  }
  const { siteUrl, date, dimensions, searchType, dataState } = parsed.data;
  const property = findSampleProperty(siteUrl);
  if (property === undefined) return unknownSite(siteUrl);
  const { analytics, now } = insides;
  const question = { property, searchType, dimensions, dataState, from: date, to: date };
  const rows = analytics.rows(question, now());
  const generated = analytics.generatedRows(property, searchType, date);
  const capped = rows.length === unitRowCap && generated > unitRowCap;
  const unit = { siteUrl, date, searchType, dimensions, dataState };
  return { status: 200, body: { ...unit, rowCount: rows.length, capped, rows } };
}

function propertiesAnswer({ seed, now }: OwnPathInsides): object {
  const properties = sampleProperties.map(({ siteUrl, description, forbidden }) => ({
    siteUrl,
    description,
    forbidden,
  }));
  return { seed, today: pacificDateAt(now()), properties };
}
