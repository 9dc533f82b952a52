import { changed, type Decision, unchanged } from "../decision.ts";
import { outageOver } from "../outage-since.ts";
import type { Run } from "../run.ts";
import { settleHalt } from "./halt-run.ts";

/** All units of the batch are done or failed: it leaves the flight for good. */
export function submitBatch(
  run: Run,
  take: { readonly batchId: string; readonly token: number },
  nowMs: number,
): Decision<"settled" | "lost"> {
  if (run.inFlight[take.batchId]?.token !== take.token) return unchanged("lost");
  const { [take.batchId]: _settled, ...inFlight } = run.inFlight;
  return changed(
    settleHalt({ ...outageOver(run), inFlight, updatedAtMs: nowMs }, nowMs),
    "settled",
  );
}
