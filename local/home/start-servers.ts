import { existsSync } from "node:fs";
import { homeRowStore } from "../../shared/config/environment.ts";
import { environmentNames } from "../../shared/config/names.ts";
import { lakeLayout } from "../../shared/rows/lake/lake-layout.ts";
import { startEventBusServer } from "../aws-servers/event-bus-server.ts";
import { openEventLog, pruneEventLog } from "../aws-servers/event-log.ts";
import { type Home, markFormat } from "./home.ts";
import type { EmbeddedServer, StackParts } from "./stack-parts.ts";

export type Servers = {
  readonly dynamo: string;
  /** Null: the rows are elsewhere. */
  readonly postgres: string | null;
  /** Null: the rows are elsewhere. */
  readonly lake: { readonly folder: string; readonly keeper: string } | null;
  readonly sqs: string;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly eventBridge: string;
  readonly definition: unknown;
};

/**
 * Starts what keeps state, all at once, ready to use: tables, queues and schema are there. What
 * has started is pushed on `stops` even when another part fails. Libraries are loaded while the
 * servers' own processes start: loading them first would take half a second more.
 */
export async function startServers(options: {
  readonly home: Home;
  readonly parts: StackParts;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The access key that the servers check. */
  readonly key: string;
  readonly stops: AsyncDisposableStack;
  /** One line for a person. */
  readonly onNotice: (notice: string) => void;
  /** A server has ended without being stopped; `title` is what a person calls it. */
  readonly onLost: (title: string) => void;
}): Promise<Servers> {
  const { home, parts, key, stops } = options;

  function keep(title: string, server: EmbeddedServer): void {
    let stopping = false;
    stops.defer(() => {
      stopping = true;
      return server.stop();
    });
    void server.ended?.then(() => {
      if (!stopping) options.onLost(title);
    });
  }

  async function startDynamo(): Promise<string> {
    const server = await parts.startDynamo(home.folders.dynamo, key);
    keep("the embedded DynamoDB", server);
    const { createTables } = await import("../aws-servers/dynamo-tables.ts");
    await createTables(server.url, key);
    return server.url;
  }

  const rowStore = homeRowStore(options.environment);

  async function openPostgres(): Promise<string | null> {
    if (rowStore !== "postgres") return null;
    const url = options.environment[environmentNames.postgresUrl] ?? "";
    await parts.migratePostgres(url);
    return url;
  }

  async function startKeeper(): Promise<Servers["lake"]> {
    if (rowStore !== "lake") return null;
    const folder = home.folders.lake;
    const { startKeeperServer } = await import("../lake/keeper-server.ts");
    const keeper = await parts.openKeeper(lakeLayout(folder));
    if (existsSync(home.formerPostgres)) {
      const { moveFormerRows } = await import("./move-former-rows.ts");
      await moveFormerRows(home, keeper, options.onNotice);
    }
    await markFormat(home);
    const server = await startKeeperServer(keeper, key);
    stops.defer(() => server.close());
    return { folder, keeper: server.url };
  }

  async function startSqs() {
    const { startSqsServer } = await import("../aws-servers/sqs-server.ts");
    const server = await startSqsServer({ key });
    stops.defer(() => server.stop());
    return server;
  }

  async function startEventBus(): Promise<string> {
    const { events } = home.folders;
    await pruneEventLog(events, Date.now());
    const server = await startEventBusServer(openEventLog(events), key);
    stops.defer(() => server.close());
    return server.url;
  }

  const starting = [
    startDynamo(),
    openPostgres(),
    startKeeper(),
    startSqs(),
    startEventBus(),
    parts.loadDefinition(),
  ] as const;
  // A failure is reported once all have settled: nothing starts after the others were stopped.
  await Promise.allSettled(starting);
  const [dynamo, postgres, lake, sqs, eventBridge, definition] = await Promise.all(starting);
  const { url, queueUrl, deadLetterQueueUrl } = sqs;
  return {
    dynamo,
    postgres,
    lake,
    sqs: url,
    queueUrl,
    deadLetterQueueUrl,
    eventBridge,
    definition,
  };
}
