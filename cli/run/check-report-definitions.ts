import type { RunRequest } from "../../shared/request/run-request.ts";
import { storedShapeFaults } from "../../shared/sync/plan/stored-shapes.ts";
import { UsageError } from "../output/errors.ts";
import type { StageStores } from "../stage/stage.ts";

/**
 * Refuses, before planning does, a configured report that is stored in another shape. @throws
 * UsageError
 */
export async function checkReportDefinitions(
  stage: StageStores,
  request: RunRequest,
): Promise<void> {
  if (request.definitions === undefined) return;
  const faults = await storedShapeFaults(request, await stage.rows(), Date.now());
  if (faults.length > 0) throw new UsageError(faults.join("; "));
}
