import { type PacificDate, parsePacificDate } from "../request/pacific-date.ts";
import type { Row } from "../request/row.ts";
import { redact } from "./redact.ts";
import type { Page } from "./search-console.ts";
import { SearchConsoleError, type SearchConsoleFailure } from "./search-console-error.ts";

/**
 * Reads the body of a successful `searchanalytics.query`. Written by hand: a page has up to
 * 25,000 rows. A page without rows must say so: Google then still names its aggregation.
 * @throws SearchConsoleError `transient` when something else than Search Console may have answered,
 * `unusable` when Search Console's own answer breaks the contract; no part of it is ever used.
 * Source: https://developers.google.com/webmaster-tools/v1/searchanalytics/query#response
 */
export function parsePage(body: string, expected: ExpectedRows): Page {
  const answer = parseJson(body);
  if (!isObject(answer)) throw foreign(`the body is not a JSON object, it begins ${quoted(body)}`);
  if (answer.error !== undefined) throw foreign(`it is an error, ${quoted(answer.error)}`);
  const rows = parseRows(answer.rows, expected);
  const aggregation = parseAggregation(answer.responseAggregationType);
  if (rows.length === 0) proveEmpty(answer, aggregation);
  return { rows, aggregation, firstIncompleteDate: parseFirstIncompleteDate(answer.metadata) };
}

export type ExpectedRows = {
  readonly keyCount: number;
  /** What each row's first key is, which is then left out: a date that was asked for. */
  readonly firstKey?: string | undefined;
  /** What a row without a position has; undefined: there is no such row. */
  readonly absentPosition?: number | undefined;
};

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    if (body.trim() === "") throw foreign("the body is empty", cause);
    if (/^\s*</.test(body)) throw foreign("the body is HTML, not JSON", cause);
    const isWhole = /^\s*\{.*\}\s*$/s.test(body);
    if (isWhole) throw unusable(`the body is not JSON (${parserText(cause)})`, cause);
    throw foreign(/^\s*\{/.test(body) ? "the JSON body is cut off" : "the body is not JSON", cause);
  }
}

/** The parser's complaint on one line: it quotes what it read. */
function parserText(cause: unknown): string {
  return cause instanceof Error ? JSON.stringify(cause.message).slice(1, -1) : "no JSON value";
}

/** @throws SearchConsoleError for an answer that has no rows and is no proof that there are none. */
function proveEmpty(answer: Record<string, unknown>, aggregation: string | null): void {
  const known = ["rows", "metadata", "responseAggregationType"];
  if (Object.keys(answer).some((name) => !known.includes(name))) {
    throw foreign(`it has no rows, but ${quoted(answer)}`);
  }
  if (aggregation === null) {
    throw unusable("it has no rows and does not say that there are none", undefined, 4);
  }
}

/** The rows are the parsed objects themselves: a copy of each would double what is to be collected. */
function parseRows(rows: unknown, expected: ExpectedRows): readonly Row[] {
  if (rows === undefined) return [];
  if (!Array.isArray(rows)) throw unusable("rows is not a list");
  const parsed: unknown[] = rows;
  for (const [index, row] of parsed.entries()) completeRow(row, index, expected);
  return rows;
}

const metrics = ["clicks", "impressions", "ctr", "position"] as const;
const isCount = { clicks: true, impressions: true, ctr: false, position: false };

/** Makes a row of what Google leaves out. @throws SearchConsoleError when it is none */
function completeRow(row: unknown, index: number, expected: ExpectedRows): asserts row is Row {
  if (!isObject(row)) throw unusable(`row ${index} is not an object`);
  if (row.position === undefined) row.position = expected.absentPosition;
  for (const metric of metrics) {
    const value = row[metric];
    if (!isNumber(value)) {
      throw unusable(
        `${metric} of row ${index} is not a number: ${quoted(value)} in ${quoted(row)}`,
      );
    }
    if (isCount[metric] && !Number.isInteger(value)) {
      throw unusable(`${metric} of row ${index} is not a whole number: ${value}`);
    }
    // Beyond it a whole number is rounded, without a sign of it.
    if (value > Number.MAX_SAFE_INTEGER) {
      throw unusable(`${metric} of row ${index} is too large to be read exactly: ${value}`);
    }
  }
  row.keys = parseKeys(row.keys, index, expected);
}

function parseKeys(
  keys: unknown,
  index: number,
  { keyCount, firstKey }: ExpectedRows,
): readonly string[] {
  // A report without dimensions has one row, and Google then leaves the keys out.
  if (keys === undefined && keyCount === 0) return [];
  if (!Array.isArray(keys) || keys.length !== keyCount) {
    throw unusable(`row ${index} does not have ${keyCount} keys`);
  }
  for (const key of keys) {
    if (typeof key !== "string") throw unusable(`a key of row ${index} is not text`);
  }
  if (firstKey === undefined) return keys;
  if (keys[0] !== firstKey) throw unusable(`row ${index} is of another date`);
  return keys.slice(1);
}

function parseAggregation(aggregation: unknown): string | null {
  if (aggregation === undefined || aggregation === null) return null;
  if (typeof aggregation !== "string") throw unusable("responseAggregationType is not text");
  return aggregation;
}

/**
 * The documentation spells it in snake case, the generated clients in camel case. Of an hour, which
 * is written with its Pacific offset, the date counts: a unit is a day.
 */
function parseFirstIncompleteDate(metadata: unknown): PacificDate | null {
  if (!isObject(metadata)) return null;
  const hour = metadata.first_incomplete_hour ?? metadata.firstIncompleteHour ?? null;
  const text = metadata.first_incomplete_date ?? metadata.firstIncompleteDate ?? hour;
  if (text === null) return null;
  const date = typeof text === "string" ? parsePacificDate(text.slice(0, 10)) : undefined;
  if (date === undefined) throw unusable("metadata.first_incomplete_date is not a date");
  return date;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

/** The beginning of what was read, on one line. */
function quoted(value: unknown): string {
  const text = redact(JSON.stringify(value) ?? "nothing");
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}

/** Something that Search Console does not send: a proxy, a portal, a body that was cut off. */
function foreign(what: string, cause?: unknown): SearchConsoleError {
  return broken(what, { kind: "transient", retryAfterMs: null }, cause);
}

/** Search Console's own answer breaks the contract; `believedAfter` same answers it is final. */
function unusable(what: string, cause?: unknown, believedAfter = 2): SearchConsoleError {
  return broken(what, { kind: "unusable", believedAfter }, cause);
}

function broken(what: string, failure: SearchConsoleFailure, cause: unknown): SearchConsoleError {
  const message = `Search Console's answer cannot be used: ${what}.`;
  return new SearchConsoleError(message, { failure, status: 200, reason: "brokenBody", cause });
}
