import { join } from "node:path";
import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Architecture, Runtime, Tracing } from "aws-cdk-lib/aws-lambda";
import { NodejsFunction, OutputFormat, SourceMapMode } from "aws-cdk-lib/aws-lambda-nodejs";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import { functionTimeoutsSeconds } from "../../shared/config/function-timeouts.ts";
import { environmentNames, type FunctionName, resourceNames } from "../../shared/config/names.ts";
import type { Stage } from "../stages/stages.ts";
import { acknowledge } from "./nag-suppressions.ts";

export type HandlerFunctionProps = {
  readonly stage: Stage;
  readonly name: FunctionName;
  readonly memoryMb: number;
};

const repository = join(import.meta.dirname, "../..");

/** How each handler is bundled; the bundles' sizes are measured with the same. */
export const bundlingOptions = {
  format: OutputFormat.ESM,
  target: "node24",
  minify: true,
  sourceMap: true,
  sourceMapMode: SourceMapMode.DEFAULT,
  sourcesContent: false,
  mainFields: ["module", "main"],
  // The SDK is bundled too, in the version that the tests ran with. pg-native is optional.
  externalModules: ["pg-native"],
  esbuildArgs: {
    "--alias:node-fetch": join(repository, "infra/bundled/node-fetch.ts"),
    "--alias:hyparquet": join(repository, "infra/bundled/parquet.ts"),
    "--alias:hyparquet-writer": join(repository, "infra/bundled/parquet.ts"),
  },
  // CommonJS dependencies inside an ES module still call require.
  banner:
    "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
};

/** The function whose handler is `lambdas/<name>.ts`, with a role and a log group of its own. */
export class HandlerFunction extends NodejsFunction {
  readonly logs: LogGroup;

  constructor(scope: Construct, id: string, props: HandlerFunctionProps) {
    const { stage, name } = props;
    const functionName = resourceNames(stage.name).lambdaFunction(name);
    const logGroup = new LogGroup(scope, `${id}Logs`, {
      logGroupName: `/aws/lambda/${functionName}`,
      retention: stage.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // Lambda's own managed policy would let it write to any log group.
    const role = new Role(scope, `${id}Role`, {
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
    });
    logGroup.grantWrite(role);
    super(scope, id, {
      functionName,
      entry: join(repository, "lambdas/handlers", `${name}.ts`),
      projectRoot: repository,
      depsLockFilePath: join(repository, "package-lock.json"),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memoryMb,
      timeout: Duration.seconds(functionTimeoutsSeconds[name]),
      tracing: stage.tracing ? Tracing.ACTIVE : Tracing.DISABLED,
      role,
      logGroup,
      environment: {
        [environmentNames.stage]: stage.name,
        [environmentNames.lever]: String(stage.lever),
        [environmentNames.inFlight]: String(stage.maxInFlight),
        [environmentNames.unitsAtOnce]: String(stage.unitsAtOnce),
        [environmentNames.queueSize]: String(stage.maxQueueSize),
        ...(stage.qpm === undefined ? {} : { [environmentNames.qpm]: String(stage.qpm) }),
        NODE_OPTIONS: "--enable-source-maps",
      },
      bundling: bundlingOptions,
    });
    this.logs = logGroup;
    if (stage.tracing) {
      acknowledge(role, "AwsSolutions-IAM5[Resource::*]", "X-Ray takes no resource but *.");
    }
  }
}
