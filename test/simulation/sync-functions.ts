import { z } from "zod";
import { quotaOutlook } from "../../shared/quota/quota-outlook.ts";
import { dispatchBatches } from "../../shared/sync/dispatch/dispatch-batches.ts";
import { closeRun } from "../../shared/sync/end/close-run.ts";
import type { WorkPorts } from "../../shared/sync/fetch/fetch-ports.ts";
import { planRun } from "../../shared/sync/plan/plan-run.ts";

/** The functions behind the sync machine's task states. */
export const syncFunctions = {
  PlanRun: "plan-run",
  DispatchBatches: "dispatch-batches",
  FinishRun: "finish-run",
} as const;

export type SyncFunctionState = keyof typeof syncFunctions;

export function isFunctionState(state: string): state is SyncFunctionState {
  return state in syncFunctions;
}

const EventSchema = z.object({
  runId: z.string().optional(),
  executionName: z.string(),
  request: z.unknown().optional(),
  events: z.number().default(0),
  error: z.object({ Error: z.string(), Cause: z.string() }).optional(),
});

/**
 * What a handler does with the input of its state, over ports in memory. `events`: another count of
 * the execution's history than the input's.
 */
export async function callSyncFunction(
  state: SyncFunctionState,
  input: unknown,
  ports: WorkPorts,
  counted?: { readonly events: number },
): Promise<unknown> {
  const { runId, executionName, request, error, events } = EventSchema.parse(input);
  const { ledger, rows, clock, eventBus } = ports;
  const nowMs = () => clock.nowMs();
  switch (state) {
    case "PlanRun":
      return planRun({ request, executionName }, { ledger, rows, nowMs });
    case "DispatchBatches":
      return dispatchBatches(
        { runId: runId ?? "", executionName, events: counted?.events ?? events },
        {
          ledger,
          clock,
          outlook: (run) => quotaOutlook(ports.quota, ports.scopesOf(run)),
          observe() {},
        },
      );
    case "FinishRun": {
      const closed = await closeRun(
        { runId, executionName, error },
        { ledger, eventBus, nowMs, ended() {} },
      );
      await rows.sweepGenerations(clock.nowMs()).catch(() => 0);
      return closed;
    }
    default:
      return state satisfies never;
  }
}
