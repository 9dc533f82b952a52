import type { RunSummary } from "../../shared/ledger/run-summary.ts";

/** 0: everything is complete; 1: it failed, was halted, or some units failed. */
export function exitCodeOf(summary: RunSummary): 0 | 1 {
  return summary.status === "complete" ? 0 : 1;
}
