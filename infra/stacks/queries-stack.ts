import { Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { SavedQueries } from "../../dashboards/saved-queries.ts";
import type { Stage } from "../stages/stages.ts";

export type QueriesStackProps = StackProps & { readonly stage: Stage };

/** The saved log queries: by themselves, because emulators of AWS know no query definitions. */
export class QueriesStack extends Stack {
  constructor(scope: Construct, id: string, { stage, ...props }: QueriesStackProps) {
    super(scope, id, props);
    new SavedQueries(this, "Queries", { stage: stage.name });
  }
}
