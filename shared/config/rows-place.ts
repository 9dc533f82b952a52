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
