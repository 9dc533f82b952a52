import { describe, expect, test } from "vitest";
import { parsePage } from "../../shared/search-console/google-page.ts";
import { SearchConsoleError } from "../../shared/search-console/search-console-error.ts";

const row = {
  keys: ["https://example.com/ü", ""],
  clicks: 1,
  impressions: 3,
  ctr: 1 / 3,
  position: 2.5,
};

describe("a page", () => {
  test("is read with every key and figure as sent", () => {
    const page = parsePage(JSON.stringify({ rows: [row], responseAggregationType: "byPage" }), {
      keyCount: 2,
    });
    expect(page).toEqual({ rows: [row], aggregation: "byPage", firstIncompleteDate: null });
  });

  test("without rows is empty", () => {
    expect(parsePage("{}", { keyCount: 2 })).toEqual({
      rows: [],
      aggregation: null,
      firstIncompleteDate: null,
    });
  });

  test.each(["first_incomplete_date", "firstIncompleteDate"])("tells %s", (name) => {
    const body = JSON.stringify({ metadata: { [name]: "2026-05-18" } });
    expect(parsePage(body, { keyCount: 2 }).firstIncompleteDate).toBe("2026-05-18");
  });

  test("of a report without dimensions has a row without keys", () => {
    const { keys: _keys, ...figures } = row;
    expect(parsePage(JSON.stringify({ rows: [figures] }), { keyCount: 0 }).rows).toEqual([
      { keys: [], ...figures },
    ]);
  });

  test("has what Google leaves out of a feed's rows, and nothing that it sends as null", () => {
    const { position: _position, ...feed } = row;
    const expected = { keyCount: 2, absentPosition: 0 };
    expect(parsePage(JSON.stringify({ rows: [feed] }), expected).rows).toEqual([
      { ...feed, position: 0 },
    ]);
    const none = JSON.stringify({ rows: [{ ...row, position: null }] });
    expect(() => parsePage(none, expected)).toThrow("a metric of row 0");
  });

  test("may have rows with fields that it does not know", () => {
    const body = JSON.stringify({ rows: [{ ...row, surprise: 1 }] });
    expect(parsePage(body, { keyCount: 2 }).rows).toMatchObject([row]);
  });
});

describe("a body that breaks the contract is a transient failure", () => {
  const rows = (one: object) => JSON.stringify({ rows: [row, one] });
  test.each([
    ["cut off", JSON.stringify({ rows: [row] }).slice(0, -3), "cut off"],
    ["empty", "", "cut off"],
    ["HTML", "<html></html>", "HTML"],
    ["a list", "[]", "not a JSON object"],
    ["rows that are no list", '{"rows":{}}', "not a list"],
    ["a row that is no object", '{"rows":[null]}', "row 0"],
    ["too few keys", rows({ ...row, keys: ["a"] }), "row 1 does not have 2 keys"],
    ["too many keys", rows({ ...row, keys: ["a", "b", "c"] }), "row 1 does not have 2 keys"],
    ["no keys", rows({ ...row, keys: undefined }), "row 1 does not have 2 keys"],
    ["a key that is a number", rows({ ...row, keys: ["a", 1] }), "a key of row 1"],
    ["a metric that is text", rows({ ...row, clicks: "1" }), "a metric of row 1"],
    ["a missing metric", rows({ ...row, position: undefined }), "a metric of row 1"],
    [
      "an endless metric",
      `{"rows":[{"keys":["a","b"],"clicks":1e999,"impressions":1,"ctr":1,"position":1}]}`,
      "a metric of row 0",
    ],
    [
      "a date that is none",
      '{"metadata":{"first_incomplete_date":"2026-02-30"}}',
      "first_incomplete_date",
    ],
  ])("%s", (_name, body, said) => {
    const error = failureOf(() => parsePage(body, { keyCount: 2 }));
    expect(error.failure).toEqual({ kind: "transient", retryAfterMs: null });
    expect(error.message).toContain(said);
  });
});

function failureOf(parse: () => unknown): SearchConsoleError {
  try {
    parse();
  } catch (error) {
    if (error instanceof SearchConsoleError) return error;
    throw error;
  }
  throw new Error("it was accepted");
}
