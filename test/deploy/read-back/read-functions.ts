import {
  GetEventSourceMappingCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  GetPolicyCommand,
} from "@aws-sdk/client-lambda";
import { z } from "zod";
import type { Reader } from "./readers.ts";

export const readFunction: Reader = async ({ lambda }, { physicalId: FunctionName }) => {
  const { Configuration: found, Concurrency } = await lambda.send(
    new GetFunctionCommand({ FunctionName }),
  );
  return {
    FunctionName: found?.FunctionName,
    Description: found?.Description,
    Architectures: found?.Architectures,
    Environment: { Variables: found?.Environment?.Variables },
    Handler: found?.Handler,
    LoggingConfig: found?.LoggingConfig,
    MemorySize: found?.MemorySize,
    ReservedConcurrentExecutions: Concurrency?.ReservedConcurrentExecutions,
    Role: found?.Role,
    Runtime: found?.Runtime,
    Timeout: found?.Timeout,
  };
};

export const readVersion: Reader = async ({ lambda }, { physicalId }) => {
  const FunctionName = physicalId;
  const found = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  return { FunctionName: found.FunctionName };
};

export const readMapping: Reader = async ({ lambda }, { physicalId: UUID }) => {
  const found = await lambda.send(new GetEventSourceMappingCommand({ UUID }));
  return {
    BatchSize: found.BatchSize,
    Enabled: found.State === "Enabled",
    EventSourceArn: found.EventSourceArn,
    FunctionName: found.FunctionArn?.split(":").at(-1),
    FunctionResponseTypes: found.FunctionResponseTypes,
    ScalingConfig: found.ScalingConfig,
  };
};

export const readPermission: Reader = async ({ lambda }, { wanted }) => {
  const FunctionName = String(wanted.FunctionName);
  const { Policy = "" } = await lambda.send(new GetPolicyCommand({ FunctionName }));
  const statement = PolicySchema.parse(JSON.parse(Policy)).Statement.find(
    ({ Condition }) => Condition?.ArnLike?.["AWS:SourceArn"] === wanted.SourceArn,
  );
  return {
    FunctionName: statement?.Resource,
    Action: statement?.Action,
    Principal: statement?.Principal.Service,
    SourceArn: statement?.Condition?.ArnLike?.["AWS:SourceArn"],
  };
};

const PolicySchema = z.object({
  Statement: z.array(
    z.object({
      Action: z.string(),
      Principal: z.object({ Service: z.string() }),
      Resource: z.string(),
      Condition: z.object({ ArnLike: z.record(z.string(), z.string()).optional() }).optional(),
    }),
  ),
});
