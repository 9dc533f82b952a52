import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { z } from "zod";

const program = join(import.meta.dirname, "../support/loaded/loaded-packages.ts");

const stores = {
  postgres: { GSC_SYNC_POSTGRES_URL: "postgres://127.0.0.1:1/rows" },
  dsql: { GSC_SYNC_DSQL_ENDPOINT: "none.dsql.invalid" },
  dynamodb: { GSC_SYNC_ROWS_TABLE: "rows", AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:1" },
};

/** Packages in a process before and after it opens the store; that fails, as nothing is there. */
async function loadedFor(store: keyof typeof stores) {
  const env = {
    PATH: process.env.PATH,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "none",
    AWS_SECRET_ACCESS_KEY: "none",
    GSC_SYNC_STAGE: "dev",
    GSC_SYNC_LEVER: "3",
    GSC_SYNC_LEDGER_TABLE: "ledger",
    GSC_SYNC_QUOTA_TABLE: "quota",
    GSC_SYNC_ROW_STORE: store,
    ...stores[store],
  };
  const { stdout } = await promisify(execFile)(process.execPath, [program], { env });
  return z
    .object({ before: z.array(z.string()), after: z.array(z.string()) })
    .parse(JSON.parse(stdout));
}

describe("a handler's container", () => {
  test.each([
    ["postgres", ["pg"], ["@aws-sdk/dsql-signer"]],
    ["dsql", ["pg", "@aws-sdk/dsql-signer"], []],
    ["dynamodb", ["@aws-sdk/lib-dynamodb"], ["pg", "@aws-sdk/dsql-signer"]],
  ] as const)(
    "on %s loads %o and not %o, and that only when rows are opened",
    async (store, needed, others) => {
      const { before, after } = await loadedFor(store);
      expect(after).toEqual(expect.arrayContaining([...needed]));
      for (const name of others) expect(after).not.toContain(name);
      expect(before).not.toContain("pg");
      expect(before).not.toContain("@aws-sdk/dsql-signer");
    },
  );
});
