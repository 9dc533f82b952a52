import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { drillSite } from "../../sample-search-console/sample-properties.ts";
import { environmentNames } from "../../shared/config/names.ts";
import { CommandError } from "../output/errors.ts";
import { refuseOtherServer } from "../run/start-run.ts";
import { openStage } from "../stage/open-stage.ts";
import type { OpenStage } from "../stage/stage.ts";
import { holdDatabase } from "./hold-database.ts";
import { type SampleControl, sampleControl } from "./sample-control.ts";
import { startSampleServer } from "./sample-server-process.ts";

/** Where a drill is run: a stage, and the sample server that its workers read. */
export type DrillEnvironment = {
  readonly stage: OpenStage;
  readonly server: SampleControl;
  readonly siteUrl: string;
  /** Makes storing slow, until it is ended. */
  slowStore(): Promise<AsyncDisposable>;
};

const latencyMs = 400;

/**
 * A home of the drill's own, with a sample server, both gone afterwards: the servers, processes and
 * code of any home, and nobody else's rows, lever or runs near them.
 */
export async function onOwnGround<Outcome>(
  onNotice: (notice: string) => void,
  work: (ground: DrillEnvironment) => Promise<Outcome>,
): Promise<Outcome> {
  await using stops = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), "gsc-sync-drill-"));
  stops.defer(() => rm(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));
  const sample = await startSampleServer(["--latency-ms", String(latencyMs)]);
  stops.defer(() => sample.stop());
  const names = environmentNames;
  // What is set here for the person's own home, the drill's must not touch: their database, above all.
  for (const name of [
    names.postgresUrl,
    names.rowStore,
    names.lever,
    names.inFlight,
    names.queueSize,
    names.qpm,
  ]) {
    delete process.env[name];
  }
  process.env[names.home] = home;
  process.env[names.searchConsoleRootUrl] = sample.url;
  const stage = await openStage("local", onNotice);
  stops.defer(() => stage.close());
  return await work({
    stage,
    server: sampleControl(sample.url),
    siteUrl: drillSite,
    slowStore: async () => holdDatabase(await databaseOf(stage)),
  });
}

/**
 * A stage whose workers read the sample server at `serverUrl`. Its row store can't be slowed from
 * here: answers that come a few bytes at a time make its batches as slow.
 */
export async function onStageGround<Outcome>(
  { stage: name, serverUrl }: { readonly stage: string; readonly serverUrl: string },
  onNotice: (notice: string) => void,
  work: (ground: DrillEnvironment) => Promise<Outcome>,
): Promise<Outcome> {
  const server = sampleControl(serverUrl);
  await server.seen(drillSite);
  process.env[environmentNames.searchConsoleRootUrl] = serverUrl;
  const stage = await openStage(name, onNotice);
  try {
    refuseOtherServer(stage);
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

async function databaseOf(stage: OpenStage): Promise<string> {
  const access = await stage.sqlAccess();
  if (access?.connectionString !== undefined) return access.connectionString;
  throw new CommandError("this drill needs a home whose rows are in Postgres");
}
