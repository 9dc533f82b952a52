import { type PacificDate, parsePacificDate } from "../request/pacific-date.ts";
import type { Row } from "../request/row.ts";
import type { Page } from "./search-console.ts";
import { SearchConsoleError } from "./search-console-error.ts";

/**
 * Reads the body of a successful `searchanalytics.query`. Written by hand: a page has up to
 * 25,000 rows. A body that breaks the contract is a transient failure; half of it is never used.
 * Source: https://developers.google.com/webmaster-tools/v1/searchanalytics/query#response
 */
export function parsePage(body: string, expected: ExpectedRows): Page {
  const answer = parseJson(body);
  if (!isObject(answer)) throw broken("the body is not a JSON object");
  return {
    rows: parseRows(answer.rows, expected),
    aggregation: parseAggregation(answer.responseAggregationType),
    firstIncompleteDate: parseFirstIncompleteDate(answer.metadata),
  };
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
    const looksLikeHtml = /^\s*</.test(body);
    throw broken(looksLikeHtml ? "the body is HTML, not JSON" : "the JSON body is cut off", cause);
  }
}

/** The rows are the parsed objects themselves: a copy of each would double what is to be collected. */
function parseRows(rows: unknown, expected: ExpectedRows): readonly Row[] {
  if (rows === undefined) return [];
  if (!Array.isArray(rows)) throw broken("rows is not a list");
  const parsed: unknown[] = rows;
  for (const [index, row] of parsed.entries()) completeRow(row, index, expected);
  return rows;
}

/** Makes a row of what Google leaves out. @throws SearchConsoleError when it is none */
function completeRow(row: unknown, index: number, expected: ExpectedRows): asserts row is Row {
  if (!isObject(row)) throw broken(`row ${index} is not an object`);
  if (row.position === undefined) row.position = expected.absentPosition;
  const { clicks, impressions, ctr, position } = row;
  if (!isNumber(clicks) || !isNumber(impressions) || !isNumber(ctr) || !isNumber(position)) {
    throw broken(`a metric of row ${index} is not a number`);
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
    throw broken(`row ${index} does not have ${keyCount} keys`);
  }
  for (const key of keys) {
    if (typeof key !== "string") throw broken(`a key of row ${index} is not text`);
  }
  if (firstKey === undefined) return keys;
  if (keys[0] !== firstKey) throw broken(`row ${index} is of another date`);
  return keys.slice(1);
}

function parseAggregation(aggregation: unknown): string | null {
  if (aggregation === undefined || aggregation === null) return null;
  if (typeof aggregation !== "string") throw broken("responseAggregationType is not text");
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
  if (date === undefined) throw broken("metadata.first_incomplete_date is not a date");
  return date;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

export function broken(what: string, cause?: unknown): SearchConsoleError {
  return new SearchConsoleError(`Search Console's answer cannot be used: ${what}.`, {
    failure: { kind: "transient", retryAfterMs: null },
    status: 200,
    reason: "brokenBody",
    cause,
  });
}
