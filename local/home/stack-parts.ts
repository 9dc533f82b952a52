import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { FunctionName } from "../../shared/config/names.ts";
import { createPostgresPool } from "../../shared/rows/postgres-connection.ts";
import { migratePostgresSchema } from "../../shared/rows/postgres-schema.ts";
import { createSql } from "../../shared/rows/postgres-sql.ts";
import { startDynamoServer } from "../aws-servers/dynamo-server.ts";
import { startPostgresServer } from "../postgres/postgres-server.ts";
import { cloneCache } from "../processes/clone-cache.ts";
import { loadStateMachineDefinition } from "../state-machine/synthesise-state-machine.ts";

/** A server in a process of its own. */
export type EmbeddedServer = {
  readonly url: string;
  /** Resolves when it is gone, for whatever reason. */
  readonly ended?: Promise<unknown>;
  stop(): Promise<void>;
};

/** What an owner starts that isn't made here; a test puts others in their place. */
export type StackParts = {
  /** `key`: the access key that requests are signed with. */
  startDynamo(folder: string, key: string): Promise<EmbeddedServer>;
  startPostgres(folder: string): Promise<EmbeddedServer>;
  migratePostgres(url: string): Promise<void>;
  loadDefinition(): Promise<unknown>;
  functionModule(name: FunctionName): string;
};

export const stackParts: StackParts = {
  startDynamo: (folder, key) => startDynamoServer({ folder, key }),
  startPostgres: (folder) => startPostgresServer({ folder }),
  async migratePostgres(url) {
    const connection = createPostgresPool(url, 1);
    try {
      await migratePostgresSchema(
        createSql(connection, { sleep: setTimeout, random: Math.random }),
      );
    } finally {
      await connection.end();
    }
  },
  loadDefinition: () => loadStateMachineDefinition({ cacheFolder: cloneCache }),
  functionModule: (name) => join(import.meta.dirname, "../..", "lambdas/handlers", `${name}.ts`),
};
