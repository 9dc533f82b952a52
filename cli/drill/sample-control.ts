import { z } from "zod";
import type { FaultRule } from "../../sample-search-console/faults.ts";
import { CommandError } from "../output/errors.ts";

const SeenSchema = z.object({
  underWay: z.number(),
  properties: z.record(z.string(), z.object({ requests: z.number() })),
});

const TruthSchema = z.object({
  rows: z.array(
    z.object({
      keys: z.tuple([z.string(), z.string()]),
      clicks: z.number(),
      impressions: z.number(),
      ctr: z.number(),
      position: z.number(),
    }),
  ),
});

export type TruthRow = z.infer<typeof TruthSchema>["rows"][number];

/** A running sample server, as a drill uses it. */
export type SampleControl = {
  setFaults(rules: readonly Partial<FaultRule>[]): Promise<void>;
  /** Requests for a property so far, and requests of any that are not answered yet. */
  seen(siteUrl: string): Promise<{ readonly requests: number; readonly underWay: number }>;
  /** All rows of a day by page and query. */
  truth(siteUrl: string, date: string): Promise<readonly TruthRow[]>;
};

const timeoutMs = 10_000;

/** Uses the sample server's own paths (see its own-paths.ts). @throws CommandError */
export function createSampleControl(rootUrl: string): SampleControl {
  const root = rootUrl.replace(/\/+$/, "");

  async function ask<Answer>(path: string, schema: z.ZodType<Answer>, init: RequestInit = {}) {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(`${root}${path}`, { ...init, signal }).catch((cause: unknown) => {
      throw new CommandError(`no sample server answers at ${root}`, { cause });
    });
    const parsed = schema.safeParse(await response.json().catch(() => undefined));
    if (response.ok && parsed.success) return parsed.data;
    throw new CommandError(`${root} is no sample server: it answered HTTP ${response.status}`);
  }

  return {
    async setFaults(rules) {
      const init = { method: "POST", body: JSON.stringify(rules) };
      await ask("/sample/faults", z.object({ faults: z.array(z.unknown()) }), init);
    },
    async seen(siteUrl) {
      const { underWay, properties } = await ask("/sample/seen", SeenSchema);
      return { underWay, requests: properties[siteUrl]?.requests ?? 0 };
    },
    async truth(siteUrl, date) {
      const query = new URLSearchParams({ siteUrl, date });
      return (await ask(`/sample/truth?${query}`, TruthSchema)).rows;
    },
  };
}
