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

  test.each([{}, { rows: [] }])("without rows (%j) is empty when it says so", (none) => {
    const body = JSON.stringify({ ...none, responseAggregationType: "byPage" });
    expect(parsePage(body, { keyCount: 2 })).toEqual({
      rows: [],
      aggregation: "byPage",
      firstIncompleteDate: null,
    });
  });

  test.each(["first_incomplete_date", "firstIncompleteDate"])("tells %s", (name) => {
    const body = JSON.stringify({ rows: [row], metadata: { [name]: "2026-05-18" } });
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
    expect(() => parsePage(none, expected)).toThrow("position of row 0");
  });

  test("may have rows with fields that it does not know", () => {
    const body = JSON.stringify({ rows: [{ ...row, surprise: 1 }] });
    expect(parsePage(body, { keyCount: 2 }).rows).toMatchObject([row]);
  });
});

const rows = (one: object) => JSON.stringify({ rows: [row, one] });
const backend = { error: { code: 503, message: "Backend Error" } };

describe("a body that something else may have sent is a transient failure", () => {
  test.each([
    ["cut off", JSON.stringify({ rows: [row] }).slice(0, -3), "the JSON body is cut off"],
    ["empty", "", "the body is empty"],
    ["white", " \n", "the body is empty"],
    ["text", "sign in to wifi", "the body is not JSON"],
    ["HTML", "<html></html>", "HTML"],
    ["a list", "[]", "not a JSON object"],
    ["a number", "12", "not a JSON object"],
    ["an error", JSON.stringify(backend), '"code":503,"message":"Backend Error"'],
    ["an error beside rows", JSON.stringify({ rows: [row], ...backend }), "it is an error"],
    ["a portal's", '{"message":"sign in to wifi"}', '"message":"sign in to wifi"'],
    ["a nothing", '{"error":null}', "it is an error"],
    [
      "a portal's that knows our words",
      '{"responseAggregationType":"byPage","login":"required"}',
      '"login":"required"',
    ],
  ])("%s", (_name, body, said) => {
    const error = failureOf(() => parsePage(body, { keyCount: 2 }));
    expect(error.failure).toEqual({ kind: "transient", retryAfterMs: null });
    expect(error.message).toContain(said);
  });

  test("is quoted without tokens, on one line", () => {
    const body = JSON.stringify({ message: "a\nb", access_token: "ya29.secret" });
    const { message } = failureOf(() => parsePage(body, { keyCount: 2 }));
    expect(message).not.toContain("secret");
    expect(message).not.toContain("\n");
  });
});

describe("a body that breaks the contract is final when it comes again", () => {
  test.each([
    ["not JSON", '{"rows":[{"ctr":NaN}]}', "the body is not JSON"],
    ["rows that are no list", '{"rows":{}}', "not a list"],
    ["rows that are null", '{"rows":null,"responseAggregationType":"byPage"}', "not a list"],
    ["a row that is no object", '{"rows":[null]}', "row 0"],
    ["too few keys", rows({ ...row, keys: ["a"] }), "row 1 does not have 2 keys"],
    ["too many keys", rows({ ...row, keys: ["a", "b", "c"] }), "row 1 does not have 2 keys"],
    ["no keys", rows({ ...row, keys: undefined }), "row 1 does not have 2 keys"],
    ["a key that is a number", rows({ ...row, keys: ["a", 1] }), "a key of row 1"],
    [
      "a metric that is text",
      rows({ ...row, clicks: "1" }),
      'clicks of row 1 is not a number: "1"',
    ],
    ["a missing metric", rows({ ...row, position: undefined }), "position of row 1"],
    [
      "a fraction of a click",
      rows({ ...row, clicks: 5.5 }),
      "clicks of row 1 is not a whole number: 5.5",
    ],
    ["a metric that is rounded", rows({ ...row, clicks: 2 ** 53 }), "clicks of row 1 is too large"],
    [
      "an endless metric",
      `{"rows":[{"keys":["a","b"],"clicks":1e999,"impressions":1,"ctr":1,"position":1}]}`,
      "clicks of row 0",
    ],
    [
      "a date that is none",
      '{"responseAggregationType":"byPage","metadata":{"first_incomplete_date":"2026-02-30"}}',
      "first_incomplete_date",
    ],
  ])("%s", (_name, body, said) => {
    const error = failureOf(() => parsePage(body, { keyCount: 2 }));
    expect(error.failure).toEqual({ kind: "unusable", believedAfter: 2 });
    expect(error.message).toContain(said);
  });

  test.each(["{}", '{"rows":[]}', '{"metadata":{}}'])("%s is doubted for longer", (body) => {
    const error = failureOf(() => parsePage(body, { keyCount: 2 }));
    expect(error.failure).toEqual({ kind: "unusable", believedAfter: 4 });
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
