import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

export const observeVariable = "GSC_SYNC_BENCH_OBSERVE";

const OperationSchema = z.object({
  /** A function's name; `command` for the commands and the owner of a home. */
  who: z.string(),
  operation: z.string(),
  table: z.string(),
  item: z.string(),
});

const InvocationSchema = z.object({
  who: z.string(),
  beganMs: z.number(),
  endedMs: z.number(),
});

export type Observed = {
  readonly operations: readonly z.infer<typeof OperationSchema>[];
  readonly invocations: readonly z.infer<typeof InvocationSchema>[];
};

/** What the processes of a home have noted. */
export function readObserved(folder: string): Observed {
  const events = readdirSync(folder).flatMap((file) =>
    readFileSync(join(folder, file), "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line): unknown => JSON.parse(line)),
  );
  const parsed = <T>(schema: z.ZodType<T>) =>
    events.flatMap((event) => schema.safeParse(event).data ?? []);
  return { operations: parsed(OperationSchema), invocations: parsed(InvocationSchema) };
}

/**
 * The share of the workers' time in which one stood idle while batches waited: from the first
 * invocation to the beginning of the last one, over so many workers.
 */
export function idleShare({ invocations }: Observed, workers: number): number {
  const takes = invocations.filter(({ who }) => who === "fetch-batch");
  const from = Math.min(...takes.map(({ beganMs }) => beganMs));
  const to = Math.max(...takes.map(({ beganMs }) => beganMs));
  const busy = takes.reduce(
    (sum, { beganMs, endedMs }) => sum + Math.max(Math.min(endedMs, to) - beganMs, 0),
    0,
  );
  return 1 - busy / (workers * (to - from));
}
