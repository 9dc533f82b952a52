import { join } from "node:path";
import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { Architecture, Runtime } from "aws-cdk-lib/aws-lambda";
import { NodejsFunction, OutputFormat, SourceMapMode } from "aws-cdk-lib/aws-lambda-nodejs";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import { functionTimeoutsSeconds } from "../../shared/config/function-timeouts.ts";
import { environmentNames, type FunctionName, resourceNames } from "../../shared/config/names.ts";
import type { Stage } from "../stages.ts";

export type HandlerFunctionProps = {
  readonly stage: Stage;
  readonly name: FunctionName;
  readonly memoryMb: number;
  readonly reservedConcurrency?: number;
};

const repository = join(import.meta.dirname, "../..");

/** The function whose handler is `lambdas/<name>.ts`, with a role and a log group of its own. */
export class HandlerFunction extends NodejsFunction {
  constructor(scope: Construct, id: string, props: HandlerFunctionProps) {
    const functionName = resourceNames(props.stage.name).lambdaFunction(props.name);
    super(scope, id, {
      functionName,
      entry: join(repository, "lambdas", `${props.name}.ts`),
      projectRoot: repository,
      depsLockFilePath: join(repository, "package-lock.json"),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memoryMb,
      timeout: Duration.seconds(functionTimeoutsSeconds[props.name]),
      ...(props.reservedConcurrency === undefined
        ? {}
        : { reservedConcurrentExecutions: props.reservedConcurrency }),
      logGroup: new LogGroup(scope, `${id}Logs`, {
        logGroupName: `/aws/lambda/${functionName}`,
        retention: props.stage.logRetentionDays,
        removalPolicy: RemovalPolicy.DESTROY,
      }),
      environment: {
        [environmentNames.stage]: props.stage.name,
        [environmentNames.lever]: String(props.stage.lever),
        NODE_OPTIONS: "--enable-source-maps",
      },
      bundling: {
        format: OutputFormat.ESM,
        target: "node24",
        sourceMap: true,
        sourceMapMode: SourceMapMode.DEFAULT,
        sourcesContent: false,
        mainFields: ["module", "main"],
        // The SDK is bundled too, in the version that the tests ran with. pg-native is optional.
        externalModules: ["pg-native"],
        // CommonJS dependencies inside an ES module still call require.
        banner:
          "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
      },
    });
  }
}
