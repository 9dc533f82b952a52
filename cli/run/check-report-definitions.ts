import type { RunRequestInput } from "../../shared/request/run-request.ts";
import { parseRunRequest } from "../../shared/sync/plan/plan-run.ts";
import { storedShapeFaults } from "../../shared/sync/plan/stored-shapes.ts";
import { UsageError } from "../output/errors.ts";
import type { StageStores } from "../stage/stage.ts";

/**
 * Refuses, before planning does, a configured report that is stored in another shape. @throws
 * UsageError
 */
export async function checkReportDefinitions(
  stage: StageStores,
  request: RunRequestInput,
): Promise<void> {
  if (request.definitions === undefined) return;
  const nowMs = Date.now();
  const parsed = parseRunRequest(request, nowMs);
  const faults = await storedShapeFaults(parsed, await stage.rows(), nowMs);
  if (faults.length > 0) throw new UsageError(faults.join("; "));
}
