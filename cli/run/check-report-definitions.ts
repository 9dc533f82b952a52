import type { RunRequest } from "../../shared/request/run-request.ts";
import { storedShapeFaults } from "../../shared/sync/plan/stored-shapes.ts";
import { UsageError } from "../output/usage-error.ts";
import type { OpenStage } from "../stage/stage.ts";

/**
 * Says at once what planning would find out: a report of the configuration that is stored in
 * another shape. @throws UsageError
 */
export async function checkReportDefinitions(stage: OpenStage, request: RunRequest): Promise<void> {
  if (request.definitions === undefined) return;
  const faults = await storedShapeFaults(request, await stage.rows(), Date.now());
  if (faults.length > 0) throw new UsageError(faults.join("; "));
}
