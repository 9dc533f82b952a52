import { Metrics } from "@aws-lambda-powertools/metrics";
import { vi } from "vitest";
import { metricsNamespace, serviceName } from "../../../shared/config/names.ts";
import { emfTelemetry } from "../../../shared/telemetry/emf-telemetry.ts";
import type { Telemetry } from "../../../shared/telemetry/telemetry.ts";

/** The telemetry of the handlers of stage `test`, and the EMF records that it would have printed. */
export function emfRecords(): { readonly telemetry: Telemetry; readonly records: unknown[] } {
  const metrics = new Metrics({
    namespace: metricsNamespace,
    serviceName,
    defaultDimensions: { stage: "test" },
  });
  const records: unknown[] = [];
  vi.spyOn(metrics, "publishStoredMetrics").mockImplementation(() => {
    records.push(metrics.serializeMetrics());
    metrics.clearMetrics();
    metrics.clearDimensions();
    metrics.clearMetadata();
    return metrics;
  });
  return { telemetry: emfTelemetry(metrics), records };
}
