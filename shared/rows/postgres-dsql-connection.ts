import { DsqlSigner } from "@aws-sdk/dsql-signer";
import type pg from "pg";
import { compact } from "../lib/compact.ts";
import { createPool, type SqlConnection } from "./postgres-connection.ts";

/** An Aurora DSQL cluster, and who we are in it. */
export type DsqlCluster = {
  /** `<cluster>.dsql.<region>.on.aws` */
  readonly hostname: string;
  /** `admin`, or a role that `AWS IAM GRANT` has given the caller. */
  readonly user: string;
};

export type DsqlConnectionOptions = {
  readonly maxConnections?: number;
  /** The password of one connection; an IAM token of the process's credentials by default. */
  readonly token?: () => Promise<string>;
  readonly port?: number;
  /** True; a test's server has no certificate. */
  readonly encrypted?: boolean;
};

/**
 * Connections to an Aurora DSQL cluster, encrypted, the server's certificate checked against
 * Node's roots. Each connection is opened with a token of its own: a token is good for 15 minutes
 * of opening, and what it has opened stays open.
 */
export function createDsqlPool(
  cluster: DsqlCluster,
  options: DsqlConnectionOptions = {},
): SqlConnection {
  const { maxConnections = 4 } = options;
  return createPool({ ...dsqlClientConfig(cluster, options), max: maxConnections });
}

/** The same for a client by itself. */
export function dsqlClientConfig(
  cluster: DsqlCluster,
  { token = dsqlToken(cluster), port = 5_432, encrypted = true }: DsqlConnectionOptions = {},
): pg.ClientConfig {
  return {
    host: cluster.hostname,
    port,
    user: cluster.user,
    // The only one that a cluster has.
    database: "postgres",
    password: token,
    ssl: encrypted && { rejectUnauthorized: true },
    // A cluster that has slept takes its time to wake up.
    connectionTimeoutMillis: 20_000,
  };
}

/** Makes tokens for the cluster: signing needs credentials, and no request. */
export function dsqlToken({ hostname, user }: DsqlCluster): () => Promise<string> {
  const region = dsqlRegion(hostname);
  const signer = new DsqlSigner(compact({ hostname, region }));
  return () =>
    user === "admin" ? signer.getDbConnectAdminAuthToken() : signer.getDbConnectAuthToken();
}

/** The region in a cluster's host name; undefined for another name, which leaves it to the SDK. */
export function dsqlRegion(hostname: string): string | undefined {
  return /\.dsql(?:-[a-z0-9]+)?\.([a-z0-9-]+)\.on\.aws$/.exec(hostname)?.[1];
}
