import { shortened } from "../../request/run-limits.ts";
import { changed, type Decision, unchanged } from "../decision.ts";
import { outageGoesOn, outageOver } from "../outage-since.ts";
import type { Run } from "../run.ts";
import { settleHalt } from "./halt-run.ts";
import { releaseHolds } from "./release-holds.ts";

/**
 * A take puts its batch back at the queue's head, not to be sent before `notBeforeMs`; `deferred`
 * when nothing of it has failed.
 */
export function returnBatch(
  run: Run,
  take: {
    readonly batchId: string;
    readonly token: number;
    readonly notBeforeMs: number;
    readonly deferred?: boolean;
    /** Whether a store was away; absent: the take did not get to know. */
    readonly outage?: boolean;
  },
  reason: string | null,
  nowMs: number,
): Decision<"returned" | "lost"> {
  if (run.inFlight[take.batchId]?.token !== take.token) return unchanged("lost");
  const released = releaseHolds(heedOutage(run, take.outage, nowMs), [take.batchId]);
  const returned = released.returned.map((batch) =>
    batch.batchId === take.batchId
      ? {
          ...batch,
          notBeforeMs: take.notBeforeMs,
          ...(take.deferred === true ? { deferred: true as const } : {}),
        }
      : batch,
  );
  const next = {
    ...released,
    returned,
    reason: reason === null ? run.reason : shortened(reason),
    updatedAtMs: nowMs,
  };
  return changed(settleHalt(next, nowMs), "returned");
}

function heedOutage(run: Run, outage: boolean | undefined, nowMs: number): Run {
  if (outage === undefined) return run;
  return outage ? outageGoesOn(run, nowMs) : outageOver(run);
}
