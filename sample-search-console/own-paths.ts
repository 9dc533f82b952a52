import { z } from "zod";
import { hourMs } from "../shared/lib/durations.ts";
import { parseJson } from "../shared/lib/parse-json.ts";
import { pacificDateAt, parsePacificDate } from "../shared/request/pacific-date.ts";
import { searchTypes } from "../shared/request/report.ts";
import { unitRowCap } from "../shared/request/unit.ts";
import type { Analytics } from "./analytics.ts";
import { type FaultBoard, FaultRuleSchema } from "./faults.ts";
import { badRequest, type HttpAnswer, unknownSite } from "./http-answer.ts";
import type { MovableClock } from "./movable-clock.ts";
import {
  FilterGroupsSchema,
  sampleAggregations,
  sampleDataStates,
  sampleDimensions,
} from "./query.ts";
import { findSampleProperty, sampleProperties } from "./sample-properties.ts";
import type { Seen } from "./seen.ts";

export type OwnPathInsides = {
  readonly analytics: Analytics;
  readonly seen: { read(): Seen };
  readonly faults: FaultBoard;
  readonly clock: MovableClock;
  readonly seed: number;
};

export type OwnRequest = {
  readonly method: string;
  readonly url: URL;
  readonly body: string;
};

/**
 * What Google does not have; counted nowhere, refused never. Undefined for another path.
 *
 *   GET /sample/properties              which there are
 *   GET /sample/seen                    requests, refusals, highest rolling minute, list
 *   GET /sample/truth?siteUrl=…&date=…  all rows of a unit; also &dimensions=page,query
 *                                       &searchType=web &dataState=final &aggregationType=auto
 *                                       &dimensionFilterGroups=[…] (any dimensions together)
 *   GET | POST | DELETE /sample/faults  the faults in force; POST a list of rules (see faults.ts)
 *   GET | POST /sample/clock            its time; POST {"forwardHours": 24} or {"nowMs": …} moves it
 */
export function answerOwnPath(
  request: OwnRequest,
  insides: OwnPathInsides,
): HttpAnswer | undefined {
  switch (request.url.pathname) {
    case "/sample/properties":
      return { status: 200, body: propertiesAnswer(insides) };
    case "/sample/seen":
      return { status: 200, body: insides.seen.read() };
    case "/sample/truth":
      return truthAnswer(request.url.searchParams, insides);
    case "/sample/faults":
      return faultsAnswer(request, insides.faults);
    case "/sample/clock":
      return clockAnswer(request, insides.clock);
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
  dataState: z.enum(sampleDataStates).default("final"),
  aggregationType: z.enum(sampleAggregations).default("auto"),
  dimensionFilterGroups: z.string().default("[]").transform(parseJson).pipe(FilterGroupsSchema),
});

function truthAnswer(parameters: URLSearchParams, insides: OwnPathInsides): HttpAnswer {
  const parsed = TruthSchema.safeParse(Object.fromEntries(parameters));
  if (!parsed.success) return wrongInput(parsed.error);
  const { siteUrl, date, dimensions, searchType, dataState, aggregationType } = parsed.data;
  const property = findSampleProperty(siteUrl);
  if (property === undefined) return unknownSite(siteUrl);
  const { analytics, clock } = insides;
  const filters = parsed.data.dimensionFilterGroups.flatMap((group) => group.filters);
  const asked = { property, searchType, dimensions, dataState, aggregationType, filters };
  const rows = analytics.rows({ ...asked, from: date, to: date }, clock.nowMs());
  const generated = analytics.generatedRows(property, searchType, date);
  const capped = rows.length === unitRowCap && generated > unitRowCap;
  const unit = { siteUrl, date, searchType, dimensions, dataState };
  return { status: 200, body: { ...unit, rowCount: rows.length, capped, rows } };
}

function propertiesAnswer({ seed, clock }: OwnPathInsides): object {
  const properties = sampleProperties.map(({ siteUrl, description, forbidden }) => ({
    siteUrl,
    description,
    forbidden,
  }));
  return { seed, today: pacificDateAt(clock.nowMs()), properties };
}

function faultsAnswer({ method, body }: OwnRequest, faults: FaultBoard): HttpAnswer {
  if (method === "DELETE") faults.set([]);
  if (method === "POST") {
    const parsed = z.array(FaultRuleSchema).safeParse(parseJson(body));
    if (!parsed.success) return wrongInput(parsed.error);
    faults.set(parsed.data);
  }
  return { status: 200, body: { faults: faults.list() } };
}

const ClockSchema = z.union([
  z.strictObject({ forwardHours: z.number() }),
  z.strictObject({ nowMs: z.number() }),
]);

function clockAnswer({ method, body }: OwnRequest, clock: MovableClock): HttpAnswer {
  if (method === "POST") {
    const parsed = ClockSchema.safeParse(parseJson(body));
    if (!parsed.success) return wrongInput(parsed.error);
    clock.moveTo(
      "nowMs" in parsed.data
        ? parsed.data.nowMs
        : clock.nowMs() + parsed.data.forwardHours * hourMs,
    );
  }
  return { status: 200, body: { nowMs: clock.nowMs(), today: pacificDateAt(clock.nowMs()) } };
}

function wrongInput({ issues: [issue] }: z.ZodError): HttpAnswer {
  return badRequest(`${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
}
