import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  LogQueryVisualizationType,
  LogQueryWidget,
  PeriodOverride,
  TextWidget,
} from "aws-cdk-lib/aws-cloudwatch";
import { Construct } from "constructs";
import { functionNames, resourceNames } from "../shared/config/names.ts";
import type { Sources } from "./base/sources.ts";
import { costCards } from "./cards/cost-cards.ts";
import { onCallCards } from "./cards/on-call-cards.ts";
import { seedCards } from "./cards/playbook-cards.ts";
import { savedQueries } from "./saved-queries.ts";

export type OperationsDashboardProps = {
  readonly sources: Sources;
  readonly alarms: readonly Alarm[];
  readonly runbook: string;
};

/** One page for people who watch a stage, and for those on call. */
export class OperationsDashboard extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { sources, alarms, runbook }: OperationsDashboardProps,
  ) {
    super(scope, id);
    const names = resourceNames(sources.stage);
    new Dashboard(this, "Dashboard", {
      dashboardName: names.dashboard,
      periodOverride: PeriodOverride.INHERIT,
      widgets: [
        [
          new TextWidget({
            width: 24,
            height: 2,
            markdown: `# gsc-sync ${sources.stage}\nRunbook: ${runbook} · lever, from a shell: \`gsc-sync --stage ${sources.stage} lever --set 1\` · runs: \`gsc-sync --stage ${sources.stage} status\``,
          }),
        ],
        [new AlarmStatusWidget({ title: "Alarms", width: 24, height: 6, alarms: [...alarms] })],
        ...seedCards(sources),
        ...onCallCards(sources),
        ...costCards(sources),
        [
          new LogQueryWidget({
            title: "Newest errors and warnings",
            width: 24,
            height: 6,
            view: LogQueryVisualizationType.TABLE,
            logGroupNames: functionNames.map((name) => `/aws/lambda/${names.lambdaFunction(name)}`),
            queryString: savedQueries.errors.query.join("\n"),
          }),
        ],
      ],
    });
  }
}
