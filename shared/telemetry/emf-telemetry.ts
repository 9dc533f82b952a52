import { type Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import { queueSize, type Run } from "../ledger/run.ts";
import { metricNames } from "./metric-names.ts";
import type { Telemetry } from "./telemetry.ts";

/**
 * Telemetry as CloudWatch's embedded metric format, one record a call, on standard output. Only
 * stage and scope are dimensions: a dimension a property would cost $0.30 a metric a month.
 * Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function emfTelemetry(metrics: Metrics): Telemetry {
  function about(run: Run): void {
    metrics.addMetadata("runId", run.runId);
    metrics.addMetadata("siteUrl", run.siteUrl);
    metrics.addMetadata("accountId", run.accountId);
  }

  return {
    queue(run, expiredLeases) {
      about(run);
      metrics.addMetric(metricNames.queueSize, MetricUnit.Count, queueSize(run));
      metrics.addMetric(metricNames.inFlight, MetricUnit.Count, Object.keys(run.inFlight).length);
      metrics.addMetric(metricNames.leaseExpiries, MetricUnit.Count, expiredLeases);
      metrics.publishStoredMetrics();
    },
    take(run, figures, { batchId, status }) {
      about(run);
      metrics.addMetadata("batchId", batchId);
      metrics.addMetadata("status", status);
      metrics.addMetric(metricNames.batchDuration, MetricUnit.Milliseconds, figures.durationMs);
      metrics.addMetric(metricNames.batchSize, MetricUnit.Count, figures.units);
      metrics.addMetric(metricNames.batchRetries, MetricUnit.Count, figures.retries);
      metrics.addMetric(metricNames.pageRequests, MetricUnit.Count, figures.requests);
      metrics.addMetric(metricNames.quotaDeferred, MetricUnit.Count, figures.deferred);
      metrics.addMetric(metricNames.quotaApproaching, MetricUnit.Count, figures.approaching ?? 0);
      metrics.addMetric(metricNames.quotaExceeded, MetricUnit.Count, figures.exceeded);
      metrics.publishStoredMetrics();
    },
    takeEnded(run, { batchId, status, crashes }) {
      about(run);
      metrics.addMetadata("batchId", batchId);
      metrics.addMetadata("status", status);
      const requeues = status === "returned" || status === "halted" ? 1 : 0;
      metrics.addMetric(metricNames.requeues, MetricUnit.Count, requeues);
      metrics.addMetric(metricNames.workerCrashes, MetricUnit.Count, crashes);
      metrics.publishStoredMetrics();
    },
    takeFailed({ runId, batchId }, reason) {
      metrics.addMetadata("runId", runId);
      metrics.addMetadata("batchId", batchId);
      metrics.addMetadata("reason", reason);
      metrics.addMetric(metricNames.takesFailed, MetricUnit.Count, 1);
      metrics.publishStoredMetrics();
    },
    usage(run, usage) {
      for (const scope of usage) {
        about(run);
        metrics.addMetadata("scopeId", scope.id);
        metrics.addDimension("scope", scope.scope);
        metrics.addMetric(metricNames.quotaUsage, MetricUnit.Count, scope.used);
        metrics.publishStoredMetrics();
      }
    },
    quota: {
      approaching(usage) {
        metrics.addMetadata("scopeId", usage.id);
        metrics.addMetadata("used", String(usage.used));
        metrics.addMetadata("limit", String(usage.limit));
        metrics.addDimension("scope", usage.scope);
        metrics.addMetric(metricNames.quotaApproaching, MetricUnit.Count, 1);
        metrics.publishStoredMetrics();
      },
      exceeded(closure, retryMs) {
        metrics.addMetadata("scopeId", closure.id);
        metrics.addMetadata("retryMs", String(retryMs));
        metrics.addMetadata("reason", closure.reason);
        metrics.addDimension("scope", closure.scope);
        metrics.addMetric(metricNames.quotaExceeded, MetricUnit.Count, 1);
        metrics.publishStoredMetrics();
      },
    },
    runEnded(run, failedUnits) {
      about(run);
      metrics.addMetadata("status", run.status);
      metrics.addMetric(metricNames.unitsFailed, MetricUnit.Count, failedUnits);
      if (run.haltedAtMs !== null && run.endedAtMs !== null) {
        const haltMs = run.endedAtMs - run.haltedAtMs;
        metrics.addMetric(metricNames.haltDuration, MetricUnit.Milliseconds, haltMs);
      }
      metrics.publishStoredMetrics();
    },
    executionEnded(status) {
      metrics.addMetadata("status", status);
      metrics.addMetric(metricNames.runsEnded, MetricUnit.Count, 1);
      metrics.addMetric(metricNames.runsFailed, MetricUnit.Count, status === "failed" ? 1 : 0);
      metrics.addMetric(metricNames.runsHalted, MetricUnit.Count, status === "halted" ? 1 : 0);
      metrics.publishStoredMetrics();
    },
    runsLost(runs) {
      metrics.addMetric(metricNames.runsLost, MetricUnit.Count, runs);
      metrics.publishStoredMetrics();
    },
    freshness({ lagDays, staleReports, quarantinedProperties }) {
      metrics.addMetric(metricNames.freshnessLag, MetricUnit.Count, lagDays);
      metrics.addMetric(metricNames.staleReports, MetricUnit.Count, staleReports);
      metrics.addMetric(metricNames.quarantinedProperties, MetricUnit.Count, quarantinedProperties);
      metrics.publishStoredMetrics();
    },
  };
}
