import { ComparisonOperator, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import type { Series } from "./sources.ts";

export type Severity = "warn" | "page";

/** An alarm, and with it the line on the card of what it watches. */
export type AlarmDefinition = {
  /** Unique within the stage; ends in the severity. */
  readonly id: string;
  readonly severity: Severity;
  /** Its section of docs/runbook.md: the heading, in lower case with dashes. */
  readonly runbook: string;
  /** What is the case when it is raised, in a sentence. */
  readonly says: string;
  readonly series: Series;
  readonly threshold: number;
  /** `above`: strictly; `from`: at it or above. */
  readonly when: "above" | "from";
  /** Stretches in a row. */
  readonly periods: number;
  /** Silence is an alarm too. */
  readonly missingBreaches?: boolean;
};

export function comparisonOf({ when }: AlarmDefinition): ComparisonOperator {
  return when === "above"
    ? ComparisonOperator.GREATER_THAN_THRESHOLD
    : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD;
}

export function missingDataOf({ missingBreaches }: AlarmDefinition): TreatMissingData {
  return missingBreaches === true ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING;
}

export const severityColours: Readonly<Record<Severity, string>> = {
  warn: "#e08f00",
  page: "#c7162b",
};
