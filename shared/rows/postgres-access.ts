import type pg from "pg";
import type { RowsPlace } from "../config/rows-place.ts";
import { dsqlClientConfig } from "./postgres-dsql-connection.ts";

/** How a Postgres client connects to a place; null where there is none to ask in SQL. */
export function postgresAccess(place: RowsPlace): pg.ClientConfig | null {
  switch (place.kind) {
    case "postgres":
      return { connectionString: place.url };
    case "dsql":
      return dsqlClientConfig(place);
    case "dynamodb":
      return null;
    default:
      return place satisfies never;
  }
}
