import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stackParts } from "../../local/home/stack-parts.ts";
import { drillSite } from "../../sample-search-console/sample-properties.ts";
import { environmentNames } from "../../shared/config/names.ts";
import { systemClock } from "../../shared/lib/system-clock.ts";
import type { LakeLayout } from "../../shared/rows/lake/lake-layout.ts";
import type { UnitKeeper } from "../../shared/rows/lake/unit-keeper.ts";
import { openLocalStage } from "../stage/open-local-stage.ts";
import { openStage } from "../stage/open-stage.ts";
import type { Environment, OpenStage } from "../stage/stage.ts";
import { createSampleControl, type SampleControl } from "./sample-control.ts";
import { startSampleServer } from "./sample-server-process.ts";

/** The stage that a drill runs on, and the sample server that the stage's workers read. */
export type DrillEnvironment = {
  readonly stage: OpenStage;
  readonly server: SampleControl;
  readonly siteUrl: string;
  /** Slows down the storing of rows, until it is disposed of. */
  slowStore(): Promise<AsyncDisposable>;
};

const latencyMs = 400;

/** Runs a drill in a home of its own, with a sample server of its own; both are deleted afterwards. */
export async function withOwnEnvironment<Outcome>(
  onNotice: (notice: string) => void,
  work: (environment: DrillEnvironment) => Promise<Outcome>,
): Promise<Outcome> {
  await using stops = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), "gsc-sync-drill-"));
  stops.defer(() => rm(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));
  const sample = await startSampleServer(["--latency-ms", String(latencyMs)]);
  stops.defer(() => sample.stop());
  const keeper = slowableKeeper();
  const stage = await openLocalStage(onNotice, ownVariables(home, sample.url), {
    ...stackParts,
    openKeeper: keeper.open,
  });
  stops.defer(() => stage.close());
  return await work({
    stage,
    server: createSampleControl(sample.url),
    siteUrl: drillSite,
    slowStore: keeper.slow,
  });
}

/** The drill must not touch what the variables set for the person's home: above all its database. */
function ownVariables(home: string, rootUrl: string): Environment {
  const names = environmentNames;
  return {
    ...process.env,
    [names.postgresUrl]: undefined,
    [names.rowStore]: undefined,
    [names.lever]: undefined,
    [names.inFlight]: undefined,
    [names.queueSize]: undefined,
    [names.qpm]: undefined,
    [names.home]: home,
    [names.searchConsoleRootUrl]: rootUrl,
  };
}

/**
 * Runs a drill on a stage in AWS whose workers read the sample server at `serverUrl`. The command
 * cannot slow the stage's row store: answers that come a few bytes at a time slow its batches as much.
 */
export async function withStageEnvironment<Outcome>(
  { stage: name, serverUrl }: { readonly stage: string; readonly serverUrl: string },
  onNotice: (notice: string) => void,
  work: (environment: DrillEnvironment) => Promise<Outcome>,
): Promise<Outcome> {
  const server = createSampleControl(serverUrl);
  await server.seen(drillSite);
  const stage = await openStage(name, onNotice);
  try {
    return await work({
      stage,
      server,
      siteUrl: drillSite,
      async slowStore() {
        await server.setFaults([{ kind: "drip", siteUrl: drillSite }]);
        return { [Symbol.asyncDispose]: () => server.setFaults([]) };
      },
    });
  } finally {
    await stage.close();
  }
}

/** How much longer each unit takes to be stored. */
const slownessMs = 3_000;

/** A keeper of the drill's own lake that can be slowed: a batch then lasts longer than it should. */
function slowableKeeper() {
  let slow = false;
  return {
    async open(layout: LakeLayout): Promise<UnitKeeper> {
      const keeper = await stackParts.openKeeper(layout);
      return {
        ...keeper,
        async place(part) {
          if (slow) await systemClock.sleep(slownessMs);
          return keeper.place(part);
        },
      };
    },
    async slow(): Promise<AsyncDisposable> {
      slow = true;
      return {
        async [Symbol.asyncDispose]() {
          slow = false;
        },
      };
    },
  };
}
