import type { RunStatus } from "../../../shared/ledger/run.ts";
import type { Style } from "./style.ts";

/** The label, mark and colour of a run's status, wherever a person reads it. */
export const statusLooks: Readonly<Record<RunStatus, StatusLook>> = {
  planned: { label: "planning", mark: "○", style: "cyan" },
  running: { label: "running", mark: "▶", style: "cyan" },
  waiting: { label: "waiting", mark: "◷", style: "blue" },
  halting: { label: "halting", mark: "■", style: "yellow" },
  halted: { label: "halted", mark: "■", style: "yellow" },
  complete: { label: "complete", mark: "✔", style: "green" },
  completed_with_failures: { label: "completed with failures", mark: "✘", style: "red" },
  failed: { label: "failed", mark: "✘", style: "red" },
};

export type StatusLook = {
  readonly label: string;
  readonly mark: string;
  readonly style: Style;
};
