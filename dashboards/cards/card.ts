import { GraphWidget, type HorizontalAnnotation } from "aws-cdk-lib/aws-cloudwatch";
import { type AlarmDefinition, severityColours } from "../base/alarm-definition.ts";
import type { Series } from "../base/sources.ts";

export type CardProps = {
  readonly title: string;
  readonly series: readonly Series[];
  /** Their lines are drawn, as they are raised. */
  readonly alarms?: readonly AlarmDefinition[];
  readonly lines?: readonly HorizontalAnnotation[];
  /** Series on the right axis. */
  readonly right?: readonly Series[];
  readonly unit?: string;
  readonly width?: number;
};

export const cardWidth = 8;
export const cardHeight = 6;

/** A graph with the lines of the alarms that watch it. */
export function card({ title, series, alarms = [], lines = [], right, unit, width }: CardProps) {
  return new GraphWidget({
    title,
    width: width ?? cardWidth,
    height: cardHeight,
    left: [...series],
    leftYAxis: { min: 0, showUnits: false, ...(unit === undefined ? {} : { label: unit }) },
    leftAnnotations: [...alarms.map(lineOf), ...lines],
    ...(right === undefined ? {} : { right: [...right], rightYAxis: { min: 0, showUnits: false } }),
  });
}

function lineOf({ severity, threshold, when, periods }: AlarmDefinition): HorizontalAnnotation {
  const sign = when === "from" ? "≥" : ">";
  const times = periods === 1 ? "" : ` × ${periods}`;
  return {
    value: threshold,
    label: `${severity} ${sign} ${threshold}${times}`,
    color: severityColours[severity],
  };
}
