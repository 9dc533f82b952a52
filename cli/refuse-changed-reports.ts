import { parseRunRequest } from "../shared/plan/plan-run.ts";
import type { RunRequestInput } from "../shared/plan/run-request.ts";
import { storedShapeFaults } from "../shared/plan/stored-shapes.ts";
import type { OpenStage } from "./open-stage.ts";
import { UsageError } from "./usage-error.ts";

/**
 * Says at once what planning would find out: a report of the configuration that is stored in
 * another shape. @throws UsageError
 */
export async function refuseChangedReports(
  stage: OpenStage,
  request: RunRequestInput,
): Promise<void> {
  if (request.definitions === undefined) return;
  const nowMs = Date.now();
  const parsed = parseRunRequest(request, nowMs);
  const faults = await storedShapeFaults(parsed, await stage.rows(), nowMs);
  if (faults.length > 0) throw new UsageError(faults.join("; "));
}
