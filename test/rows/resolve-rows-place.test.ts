import { expect, test } from "vitest";
import { resolvedPlace } from "../../shared/rows/resolve-rows-place.ts";
import { RowStoreError } from "../../shared/rows/row-store-error.ts";

const place = { kind: "postgres-secret", secret: "s/url" } as const;
const codeOf = (error: unknown) => (error instanceof RowStoreError ? error.code : error);

test("a Postgres's URL is read where its secret is named, and nothing for another place", async () => {
  const read: string[] = [];
  const readSecret = async (name: string) => {
    read.push(name);
    return "postgres://db/rows";
  };
  expect(await resolvedPlace(place, readSecret)).toEqual({
    kind: "postgres",
    url: "postgres://db/rows",
  });
  const table = { kind: "dynamodb", table: "rows" } as const;
  expect(await resolvedPlace(table, readSecret)).toBe(table);
  expect(read).toEqual(["s/url"]);
});

test("a secret without a value is for a person, one that cannot be read is an outage", async () => {
  await expect(resolvedPlace(place, async () => undefined)).rejects.toThrow(
    "the secret s/url has no value: create it",
  );
  const away = resolvedPlace(place, async () => {
    throw new Error("timed out");
  });
  expect(codeOf(await away.catch((error: unknown) => error))).toBe("unavailable");
});
