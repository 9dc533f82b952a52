import { environmentNames } from "../../shared/config/names.ts";
import { localNames, localRegion, localStage } from "../aws-servers/local-names.ts";
import { compileCache } from "../processes/clone-cache.ts";
import type { StackEndpoints } from "./stack.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The variables by which the same handlers and clients find a home's servers instead of AWS. */
export function handlerEnvironment(
  endpoints: StackEndpoints,
  options: {
    readonly home: string;
    readonly lever: number;
    readonly key: string;
    readonly environment: Environment;
  },
): Record<string, string> {
  const rootUrl = options.environment[environmentNames.searchConsoleRootUrl];
  return {
    [environmentNames.stage]: localStage,
    [environmentNames.home]: options.home,
    [environmentNames.lever]: String(options.lever),
    [environmentNames.ledgerTable]: localNames.ledgerTable,
    [environmentNames.quotaTable]: localNames.quotaTable,
    [environmentNames.queueUrl]: endpoints.queueUrl,
    [environmentNames.deadLetterQueueUrl]: endpoints.deadLetterQueueUrl,
    [environmentNames.eventBus]: localNames.eventBus,
    ...rowsVariables(endpoints),
    ...(rootUrl ? { [environmentNames.searchConsoleRootUrl]: rootUrl } : {}),
    AWS_REGION: localRegion,
    AWS_ACCESS_KEY_ID: options.key,
    AWS_SECRET_ACCESS_KEY: options.key,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamo,
    AWS_ENDPOINT_URL_SQS: endpoints.sqs,
    AWS_ENDPOINT_URL_SFN: endpoints.stepFunctions,
    AWS_ENDPOINT_URL_EVENTBRIDGE: endpoints.eventBridge,
  };
}

function rowsVariables({ postgres, lake, rowsTable }: StackEndpoints): Record<string, string> {
  const names = environmentNames;
  if (postgres !== null) return { [names.rowStore]: "postgres", [names.postgresUrl]: postgres };
  if (lake === null) return { [names.rowStore]: "dynamodb", [names.rowsTable]: rowsTable };
  const { folder, keeper } = lake;
  return { [names.rowStore]: "lake", [names.lake]: folder, [names.lakeKeeper]: keeper };
}

/**
 * Everything a function's process gets: the command's own environment (proxies, certificates,
 * Google credentials), less what points AWS clients at a real account, then the handlers' own.
 */
export function functionEnvironment(
  functionName: string,
  handlers: Readonly<Record<string, string>>,
  environment: Environment,
): Record<string, string> {
  const inherited = Object.entries(environment).flatMap(([name, value]) =>
    value === undefined || name.startsWith("AWS_") ? [] : [[name, value] as const],
  );
  return {
    ...Object.fromEntries(inherited),
    NODE_COMPILE_CACHE: compileCache,
    AWS_LAMBDA_FUNCTION_NAME: functionName,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "512",
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    ...handlers,
  };
}
