import type { LeverChange } from "../../ledger/lever-changes.ts";
import type { RaisedAlarm } from "../../telemetry/evaluate-alarm.ts";
import type { phases } from "../../telemetry/thresholds.ts";
import type { WindowFigures } from "./window-figures.ts";

export type Phase = keyof typeof phases;

/** Epoch ms, `toMs` excluded. */
export type TimeWindow = { readonly fromMs: number; readonly toMs: number };

/** What was recorded of a phase: all that its gate judges. */
export type PhaseEvidence = {
  readonly window: TimeWindow;
  readonly leverChanges: readonly LeverChange[];
  readonly figures: WindowFigures;
  /** Raised within the window. */
  readonly alarms: readonly RaisedAlarm[];
  /** Runs that had work within the window and that no metric shows. */
  readonly silentRuns: readonly string[];
  /** What phase A is compared with. */
  readonly baseline: {
    readonly window: TimeWindow;
    readonly figures: WindowFigures;
    readonly alarms: readonly RaisedAlarm[];
  } | null;
  /** Who signs phase C off. */
  readonly signOff: string | null;
};

export type Criterion = {
  readonly name: string;
  readonly target: string;
  /** Null: not measured. */
  readonly observed: string | number | null;
  readonly ok: boolean;
};

/** The JSON contract of `gsc-sync gate`. */
export type GateVerdict = {
  readonly phase: Phase;
  readonly pass: boolean;
  readonly criteria: readonly Criterion[];
};
