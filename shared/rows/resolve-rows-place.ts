import type { ConfiguredRowsPlace, RowsPlace } from "../config/rows-place.ts";
import { RowStoreError } from "./row-store-error.ts";

/** Reads the secret, if there is one to read. @throws RowStoreError */
export async function resolvedPlace(
  place: ConfiguredRowsPlace,
  readSecret: (name: string) => Promise<string | undefined>,
): Promise<RowsPlace> {
  if (place.kind !== "postgres-secret") return place;
  const { secret } = place;
  let url: string | undefined;
  try {
    url = await readSecret(secret);
  } catch (error) {
    throw new RowStoreError("unavailable", `the secret ${secret} cannot be read: ${error}`, error);
  }
  if (url) return { kind: "postgres", url };
  throw new RowStoreError(
    "refused",
    `the secret ${secret} has no value: create it with the URL of the Postgres that the rows are in`,
  );
}
