import {
  DeleteFunctionConcurrencyCommand,
  GetEventSourceMappingCommand,
  GetFunctionConcurrencyCommand,
  type LambdaClient,
  PutFunctionConcurrencyCommand,
  UpdateEventSourceMappingCommand,
} from "@aws-sdk/client-lambda";
import type { Clock } from "../../lib/clock.ts";
import { poll } from "../../lib/poll.ts";
import type { WorkerLimits } from "./worker-limits.ts";

/** A mapping that is being changed takes no other change: for half a minute, as a rule. */
const changeTiming = { pollMs: 2_000, timeoutMs: 90_000 };

/** The worker's function and its event-source mapping. */
export function lambdaWorkerLimits(
  client: LambdaClient,
  worker: { readonly functionName: string; readonly mappingId: string; readonly clock: Clock },
): WorkerLimits {
  const { functionName: FunctionName, mappingId: UUID, clock } = worker;
  return {
    async read() {
      const [concurrency, mapping] = await Promise.all([
        client.send(new GetFunctionConcurrencyCommand({ FunctionName })),
        client.send(new GetEventSourceMappingCommand({ UUID })),
      ]);
      return {
        reservedConcurrency: concurrency.ReservedConcurrentExecutions ?? null,
        mappingMaximum: mapping.ScalingConfig?.MaximumConcurrency ?? null,
        mappingEnabled: !stopped.has(mapping.State ?? ""),
      };
    },
    async reserve(workers) {
      try {
        if (workers === null) {
          await client.send(new DeleteFunctionConcurrencyCommand({ FunctionName }));
          return;
        }
        const ReservedConcurrentExecutions = workers;
        await client.send(
          new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions }),
        );
      } catch (error) {
        throw asReservationFault(error, workers);
      }
    },
    async setMapping({ mappingMaximum, mappingEnabled }) {
      const change = new UpdateEventSourceMappingCommand({
        UUID,
        Enabled: mappingEnabled,
        ScalingConfig: { MaximumConcurrency: mappingMaximum },
      });
      const send = async () => {
        try {
          await client.send(change);
          return undefined;
        } catch (error) {
          return busyFault(error);
        }
      };
      const busy = await poll(clock, changeTiming, send, (fault) => fault === undefined);
      if (busy !== undefined) throw busy;
    },
  };
}

/** Lambda keeps a part of the account's concurrency unreserved, which may be all there is. */
function asReservationFault(error: unknown, workers: number | null): unknown {
  if (!(error instanceof Error) || error.name !== "InvalidParameterValueException") return error;
  return new Error(
    `the account has no concurrency to reserve for ${workers} workers (${error.message}): ask AWS for a higher limit, or set "reserveConcurrency": false in the stage's file and deploy`,
    { cause: error },
  );
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_GetEventSourceMapping.html */
const stopped = new Set(["Disabled", "Disabling"]);

/** The fault of a mapping that is being changed. @throws any other */
function busyFault(fault: unknown): Error {
  const names = ["ResourceInUseException", "ResourceConflictException"];
  if (fault instanceof Error && names.includes(fault.name)) return fault;
  throw fault;
}
