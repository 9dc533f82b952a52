import { RowStoreError } from "./row-store-error.ts";

/** Where a stage or a home keeps its rows. */
export type RowsPlace =
  /** Any Postgres, by URL; a home's embedded one too. */
  | { readonly kind: "postgres"; readonly url: string }
  /** An Aurora DSQL cluster, entered with IAM tokens. */
  | { readonly kind: "dsql"; readonly hostname: string; readonly user: string }
  | { readonly kind: "dynamodb"; readonly table: string };

/** The same as it is configured: a Postgres's URL, with its password, may be in a secret. */
export type ConfiguredRowsPlace =
  | RowsPlace
  | { readonly kind: "postgres-secret"; readonly secret: string };

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
