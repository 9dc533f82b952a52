import type { rollbackBudgetMs } from "../../shared/telemetry/thresholds.ts";
import type { StageLoan } from "../stage/with-loan.ts";
import type { DrillEnvironment } from "./drill-environment.ts";

export type ScenarioName = keyof typeof rollbackBudgetMs;

/** A running drill, as its scenario uses it. */
export type DrillUnderWay = DrillEnvironment & {
  readonly runId: string;
  readonly loan: StageLoan;
  /** Writes down that something has been done, or seen. */
  note(step: string): void;
};

/** The load that a rollback has to reach and keep. */
export type Effect = {
  readonly says: string;
  /** The most batches held by workers, batches in flight, and requests at the server. */
  readonly taken: number;
  readonly inFlight: number;
  readonly underWay: number;
  /**
   * True: the effect counts from the next request on. False: from the moment the load has fallen.
   */
  readonly withFirstRequest: boolean;
};

export type Scenario = {
  readonly says: string;
  /** Of the drill's property; enough that the run outlasts the rollback. */
  days(watchMs: number): number;
  readonly watched: boolean;
  provoke(drill: DrillUnderWay): Promise<AsyncDisposable>;
  /** Whether the recorded metrics show it by now; what they show. */
  detect(drill: DrillUnderWay, provokedAtMs: number): Promise<string | undefined>;
  /** The playbook's steps. */
  rollBack(drill: DrillUnderWay): Promise<void>;
  readonly effect: Effect;
};
