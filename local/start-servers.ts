import { environmentNames } from "../shared/config/names.ts";
import type { Home } from "./home.ts";
import type { StackParts } from "./stack-parts.ts";

export type Servers = {
  readonly dynamo: string;
  readonly postgres: string;
  readonly sqs: string;
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
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
  readonly stops: AsyncDisposableStack;
}): Promise<Servers> {
  const { home, parts, stops } = options;

  async function startDynamo(): Promise<string> {
    const server = await parts.startDynamo(home.folders.dynamo);
    stops.defer(() => server.stop());
    const { createTables } = await import("./dynamo-tables.ts");
    await createTables(server.url);
    return server.url;
  }

  async function startPostgres(): Promise<string> {
    const given = options.environment[environmentNames.postgresUrl];
    const url = given || (await startEmbeddedPostgres());
    await parts.migratePostgres(url);
    return url;
  }

  async function startEmbeddedPostgres(): Promise<string> {
    const server = await parts.startPostgres(home.folders.postgres);
    stops.defer(() => server.stop());
    return server.url;
  }

  async function startSqs() {
    const { startSqsServer } = await import("./sqs-server.ts");
    const server = await startSqsServer();
    stops.defer(() => server.stop());
    return server;
  }

  const starting = [
    startDynamo(),
    startPostgres(),
    startSqs(),
    parts.loadDefinition(home.folders.cache),
  ] as const;
  // A failure is reported once all have settled: nothing starts after the others were stopped.
  await Promise.allSettled(starting);
  const [dynamo, postgres, sqs, definition] = await Promise.all(starting);
  const { url, queueUrl, deadLetterQueueUrl } = sqs;
  return { dynamo, postgres, sqs: url, queueUrl, deadLetterQueueUrl, definition };
}
