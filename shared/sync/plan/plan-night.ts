import { createHash } from "node:crypto";
import type { Ledger } from "../../ledger/ledger.ts";
import { LedgerError } from "../../ledger/ledger-error.ts";
import type { Property } from "../../registry/property.ts";
import type { RunRequestInput } from "../../request/run-request.ts";
import type { RowStore } from "../../rows/row-store.ts";
import { isOutage } from "../store-outage.ts";
import { planSync } from "./plan-sync.ts";

/** An execution to start: its name is made of the property and the night, so it starts once. */
export type NightRun = { readonly name: string; readonly request: RunRequestInput };

export type NightPage = {
  readonly runs: readonly NightRun[];
  /** Where the next page begins; null: this is the last. */
  readonly after: string | null;
};

export type NightPorts = {
  readonly ledger: Pick<Ledger, "readLock">;
  readonly rows: Pick<RowStore, "readUnits">;
  readonly nowMs: () => number;
  /** A property that is passed over, and why. */
  skipped(siteUrl: string, reason: string): void;
  /** A property that could not be planned: the others are. */
  failed(siteUrl: string, error: unknown): void;
};

/**
 * Properties a page. A page's runs travel as the state of an execution, which is limited to
 * 256 KiB. Source: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
 */
export const nightPageSize = 100;
const mostPageBytes = 160 * 1_024;

/**
 * Plans a page of a night: a run for each registered property that there is work for. Missed nights
 * are made up for by the ranges. @throws what a store of ours that is away throws
 */
export async function planNight(
  input: {
    readonly properties: readonly Property[];
    /** One a night: the same night, asked for twice, has the same runs. */
    readonly night: string;
    /** Properties up to this one are done with; empty: none is. */
    readonly after: string;
  },
  ports: NightPorts,
): Promise<NightPage> {
  const { night, after } = input;
  const left = input.properties
    .filter(({ siteUrl }) => siteUrl > after)
    .sort((a, b) => (a.siteUrl < b.siteUrl ? -1 : 1));
  const page = left.slice(0, nightPageSize);
  const runs: NightRun[] = [];
  let last = "";
  let bytes = 0;
  for (const property of page) {
    const requests = await planProperty(property, ports);
    bytes += Buffer.byteLength(JSON.stringify(requests));
    // Reports that are not built in travel with each run.
    if (bytes > mostPageBytes && runs.length > 0) break;
    last = property.siteUrl;
    // Around another run's days there may be two: those before and those after.
    runs.push(
      ...requests.map((request, index) => ({
        name: nightRunName(night, property.siteUrl, index),
        request,
      })),
    );
  }
  return { runs, after: last === (left.at(-1)?.siteUrl ?? "") ? null : last };
}

async function planProperty(
  property: Property,
  ports: NightPorts,
): Promise<readonly RunRequestInput[]> {
  const { siteUrl, definitions } = property;
  try {
    const plan = await planSync(property, ports, ports.nowMs(), definitions);
    if (plan.kind === "run") return plan.requests;
    ports.skipped(siteUrl, plan.reason);
  } catch (error) {
    if (isOutage(error) || error instanceof LedgerError) throw error;
    ports.failed(siteUrl, error);
  }
  return [];
}

/** The night of an execution that a person started, as the nightly machine names it. */
export function nightByHand(execution: string): string {
  return `hand-${execution}`;
}

/** What a property's runs of a night may be called: around another run's days there are two. */
export function nightRunNames(night: string, siteUrl: string): readonly string[] {
  return [0, 1].map((index) => nightRunName(night, siteUrl, index));
}

function nightRunName(night: string, siteUrl: string, index: number): string {
  return `${nameOf(night, siteUrl)}-${index}`;
}

/** An execution's name has 80 characters at most, letters, digits, - and _ alone. */
function nameOf(night: string, siteUrl: string): string {
  const property = createHash("sha256").update(siteUrl).digest("hex").slice(0, 16);
  return `${night.replace(/[^A-Za-z0-9-]/g, "-").slice(0, 50)}-${property}`;
}
