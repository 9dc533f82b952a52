import { resourceNames } from "../../shared/config/names.ts";

/** The stage's dashboard in the console of the region and partition of one of its ARNs. */
export function dashboardUrl(stage: string, arn: string): string {
  const [, partition = "aws", , region = ""] = arn.split(":");
  const host = partition === "aws-cn" ? "console.amazonaws.cn" : "console.aws.amazon.com";
  return `https://${region}.${host}/cloudwatch/home?region=${region}#dashboards:name=${resourceNames(stage).dashboard}`;
}
