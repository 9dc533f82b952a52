import type { Template } from "aws-cdk-lib/assertions";
import { type DashboardBody, parseDashboardBody } from "../../dashboards/preview/dashboard-body.ts";

/** The one dashboard of a stack. */
export function dashboardBody(observability: Template): DashboardBody {
  const [dashboard] = Object.values(observability.findResources("AWS::CloudWatch::Dashboard"));
  return parseDashboardBody(dashboard?.Properties.DashboardBody);
}
