import type { BatchMessage } from "../../ledger/batch-message.ts";

/**
 * What the dispatcher tells the state machine: ring these, wait, come back; or finish; or start the
 * successor and end.
 */
export type DispatchResult = {
  readonly runId: string;
  readonly messages: readonly BatchMessage[];
  /** Seconds until the next dispatch; 0 comes back at once. */
  readonly waitSeconds: number;
  /** Events of the execution's history so far. */
  readonly events: number;
} & (
  | { readonly next: "continue" | "finish" }
  | {
      readonly next: "hand-over";
      /** Name of the execution that carries the run from here on. */
      readonly successor: string;
    }
);
