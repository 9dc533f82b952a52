import type { UnitEvent } from "../../events/unit-event.ts";
import type { Batch } from "../../ledger/batch.ts";
import type { Run } from "../../ledger/run.ts";
import type { BatchProgress } from "./batch-progress.ts";
import type { Deferral } from "./request-page.ts";
import type { TakeMeter } from "./take-meter.ts";

/** A batch that a worker has taken, and the run as of then. */
export type Lease = {
  readonly run: Run;
  readonly batchId: string;
  /** Newer than any before: every write of the take is conditional on it. */
  readonly token: number;
};

/** A batch that was taken, as its take found it. */
export type Take = Lease & {
  readonly batch: Batch;
  /** Units that an earlier take died with, counted in this one. */
  readonly crashes: number;
  /** The run must stop at once: a unit that earlier takes died with is out of attempts. */
  readonly halt: RunHalt | null;
  /** Of units that were found settled; the batch item does not say so yet. */
  readonly found: readonly UnitEvent[];
};

/** `failed`: nothing of the run can succeed; `halted`: it is to halt at its first failure. */
export type RunHalt = { readonly reason: string; readonly endsAs: "halted" | "failed" };

/** A take under way. */
export type TakeWork = {
  readonly take: Take;
  readonly progress: BatchProgress;
  readonly meter: TakeMeter;
  /** Aborts with a StopReason when the take must stop. */
  readonly stop: AbortController;
};

/** What the units of a take's slice add up to, beyond what the batch item says. */
export type TimeSliceEnd = {
  /** Quota has nothing to give, or a store is away, until then. */
  readonly deferred: Deferral | null;
};

/** How a take ended. `nothing`: an extra message, or a run that has stopped. */
export type WorkOutcome = {
  readonly kind: "settled" | "returned" | "halted" | "lost" | "nothing";
  readonly run: Run | null;
  readonly batch: Batch | null;
  readonly token: number;
  readonly crashes: number;
  /** Why the take could not work, where a store or the event bus was away. */
  readonly outage: string | null;
};
