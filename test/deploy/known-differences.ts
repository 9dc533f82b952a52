/** What this version of the emulator does otherwise than AWS, and the tests that hold it instead. */
export type KnownDifference = {
  /** As `compareDeployed` names it. */
  readonly property: string;
  readonly reason: string;
  readonly heldBy: readonly string[];
};

const snapshots = "test/infra/snapshots.test.ts";

/** What it leaves out of what a template says, and nothing else: a difference that is new fails. */
export const knownDifferences: readonly KnownDifference[] = [
  {
    property: "AWS::DynamoDB::Table.PointInTimeRecoverySpecification",
    reason: "it does not switch on point-in-time recovery",
    heldBy: ["test/infra/data-stack.test.ts"],
  },
  {
    property: "AWS::DynamoDB::Table.TimeToLiveSpecification",
    reason: "it does not switch on time to live",
    heldBy: ["test/infra/data-stack.test.ts", "test/quota/dynamo-quota.test.ts"],
  },
  {
    property: "AWS::SNS::Topic.KmsMasterKeyId",
    reason: "its topics have no key",
    heldBy: [snapshots],
  },
  {
    property: "AWS::Scheduler::Schedule.ScheduleExpressionTimezone",
    reason: "its schedules have no time zone",
    heldBy: ["test/infra/state-machines/nightly-state-machine.test.ts"],
  },
  {
    property: "AWS::StepFunctions::StateMachine.LoggingConfiguration",
    reason: "its executions write no log",
    heldBy: [snapshots],
  },
];

/** What it could not show at all. */
export const unproven: readonly Omit<KnownDifference, "property">[] = [
  {
    reason: "the permission to read the mapping: it asks for that to list them, which is added",
    heldBy: ["test/infra/permissions.test.ts"],
  },
  {
    reason: "the stacks escalation and queries: it knows no composite alarms and no saved queries",
    heldBy: [snapshots, "test/dashboards/runbook.test.ts"],
  },
  {
    reason: "rows in Aurora DSQL: its CloudFormation knows no clusters",
    heldBy: ["test/infra/data-stack.test.ts", "test/rows/postgres-dsql.test.ts"],
  },
  {
    reason: "alarms over sums of metrics: three watch the first of theirs instead",
    heldBy: [snapshots],
  },
  {
    reason: "figures in alarms and on the dashboard: it makes no metrics of EMF records",
    heldBy: ["test/dashboards/metrics.test.ts", "test/dashboards/thresholds.test.ts"],
  },
  {
    reason:
      "the schedule's own hour: a copy fires at once, its scheduled time filled in by the check",
    heldBy: ["test/infra/state-machines/nightly-state-machine.test.ts"],
  },
  {
    reason:
      "the queue's policy during that night: what its scheduler starts, it takes for a caller without TLS",
    heldBy: [snapshots],
  },
];
