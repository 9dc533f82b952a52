/** A row store that answers SQL, read-only. Any engine can implement it. */
export type SqlStore = {
  /**
   * Runs one statement. An abort of the signal ends it. The caller reads the rows to their end, or
   * returns their iterator: that frees the connection. @throws SqlError
   */
  ask(query: string, signal?: AbortSignal): Promise<SqlAnswer>;
  /** The same into a file of this machine; absent: the engine writes none. @throws SqlError */
  readonly askFile?: (
    query: string,
    format: "csv" | "parquet",
    signal?: AbortSignal,
  ) => Promise<SqlFile>;
};

/** Deleted when it is disposed of. */
export type SqlFile = AsyncDisposable & { readonly path: string; readonly rows: number };

export type SqlAnswer = {
  readonly columns: readonly SqlColumn[];
  /** Each row's values, in the order of the columns. Reading may throw an SqlError too. */
  readonly rows: AsyncIterable<readonly unknown[]>;
};

export type SqlColumn = {
  readonly name: string;
  /** The engine's own name of the type, in lower case. */
  readonly type: string;
};

/** `statement`: the query is wrong. `read-only`: it would write. `store`: anything else. */
export type SqlErrorCode = "statement" | "read-only" | "store";

export class SqlError extends Error {
  readonly code: SqlErrorCode;

  constructor(code: SqlErrorCode, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = "SqlError";
    this.code = code;
  }
}
