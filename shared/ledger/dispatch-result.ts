import type { BatchMessage } from "./batch-message.ts";

/** What the dispatcher tells the state machine: ring these, wait, come back; or finish. */
export type DispatchResult = {
  readonly runId: string;
  readonly next: "continue" | "finish";
  readonly messages: readonly BatchMessage[];
  /** Seconds until the next dispatch; 0 comes back at once. */
  readonly waitSeconds: number;
};
