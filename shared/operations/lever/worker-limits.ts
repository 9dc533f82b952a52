import type { LeverEffect } from "../../config/lever-effect.ts";

/** What holds a stage's workers beside the ledger: the function's limit, and the mapping's. */
export type WorkersNow = {
  /** Null: nothing is reserved, and the account's limit alone holds. */
  readonly reservedConcurrency: number | null;
  /** Null: the mapping has no maximum. */
  readonly mappingMaximum: number | null;
  readonly mappingEnabled: boolean;
};

export type WorkerLimits = {
  read(): Promise<WorkersNow>;
  /** Sets the function's reserved concurrency, null for none: in force at once. */
  reserve(workers: number | null): Promise<void>;
  /** Sets the mapping's maximum and whether it polls: in force within a minute. */
  setMapping(mapping: Pick<LeverEffect, "mappingMaximum" | "mappingEnabled">): Promise<void>;
};
