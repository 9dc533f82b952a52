/** Where a stage or a home keeps its rows. */
export type RowsPlace =
  /** Any Postgres, by URL. */
  | { readonly kind: "postgres"; readonly url: string }
  /** An Aurora DSQL cluster, entered with IAM tokens. */
  | { readonly kind: "dsql"; readonly hostname: string; readonly user: string }
  | { readonly kind: "dynamodb"; readonly table: string }
  /** Parquet files in a folder of this machine; `keeper` puts finished ones in their places. */
  | { readonly kind: "lake"; readonly folder: string; readonly keeper: KeeperPlace };

/** Where the keeper of a lake listens, and the key that it asks for. */
export type KeeperPlace = { readonly url: string; readonly key: string };

/** The same as it is configured: a Postgres's URL, with its password, may be in a secret. */
export type ConfiguredRowsPlace =
  | RowsPlace
  | { readonly kind: "postgres-secret"; readonly secret: string };
