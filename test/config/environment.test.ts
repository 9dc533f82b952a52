import { describe, expect, test } from "vitest";
import { readHandlerEnvironment, readRowsPlace } from "../../shared/config/environment.ts";

const base = {
  GSC_SYNC_STAGE: "dev",
  GSC_SYNC_LEDGER_TABLE: "ledger",
  GSC_SYNC_QUOTA_TABLE: "quota",
  GSC_SYNC_LEVER: "3",
};

describe("where the rows are", () => {
  test("is a Postgres by URL unless something else is said", () => {
    const url = "postgres://127.0.0.1:1/rows";
    const place = { kind: "postgres", url };
    expect(readRowsPlace({ GSC_SYNC_POSTGRES_URL: url })).toEqual(place);
    expect(readRowsPlace({ GSC_SYNC_POSTGRES_SECRET: "s/url" })).toEqual({
      kind: "postgres-secret",
      secret: "s/url",
    });
    expect(readRowsPlace({ GSC_SYNC_ROW_STORE: "postgres", GSC_SYNC_POSTGRES_URL: url })).toEqual(
      place,
    );
  });

  test("is an Aurora DSQL cluster, as admin unless another role is named", () => {
    const variables = {
      GSC_SYNC_ROW_STORE: "dsql",
      GSC_SYNC_DSQL_ENDPOINT: "abc.dsql.us-east-1.on.aws",
    };
    const place = { kind: "dsql", hostname: "abc.dsql.us-east-1.on.aws" };
    expect(readRowsPlace(variables)).toEqual({ ...place, user: "admin" });
    expect(readRowsPlace({ ...variables, GSC_SYNC_DSQL_USER: "gsc_sync" })).toEqual({
      ...place,
      user: "gsc_sync",
    });
  });

  test("is a DynamoDB table", () => {
    const variables = { GSC_SYNC_ROW_STORE: "dynamodb", GSC_SYNC_ROWS_TABLE: "rows" };
    expect(readRowsPlace(variables)).toEqual({ kind: "dynamodb", table: "rows" });
  });

  test.each([
    [{}, "GSC_SYNC_POSTGRES_URL: is not set"],
    [{ GSC_SYNC_ROW_STORE: "dsql" }, "GSC_SYNC_DSQL_ENDPOINT: is not set"],
    [{ GSC_SYNC_ROW_STORE: "dynamodb", GSC_SYNC_ROWS_TABLE: "" }, "GSC_SYNC_ROWS_TABLE: is empty"],
    [{ GSC_SYNC_ROW_STORE: "mysql" }, "mysql is none of postgres, dsql, dynamodb and lake"],
  ])("is refused when %o says no place", (variables, message) => {
    expect(() => readRowsPlace(variables)).toThrow(message);
  });
});

test("all faults of a handler's environment are reported at once", () => {
  const faulty = { ...base, GSC_SYNC_LEVER: "9", GSC_SYNC_LEDGER_TABLE: "" };
  expect(() => readHandlerEnvironment(faulty)).toThrow(/GSC_SYNC_LEDGER_TABLE.*GSC_SYNC_LEVER/);
});

test("a handler that touches no rows needs not know where they are", () => {
  expect(readHandlerEnvironment(base)).toMatchObject({ stage: "dev", settings: { lever: 3 } });
});
