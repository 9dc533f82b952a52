import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { FunctionName } from "../../shared/config/names.ts";
import type { LakeLayout } from "../../shared/rows/lake/lake-layout.ts";
import type { UnitKeeper } from "../../shared/rows/lake/unit-keeper.ts";
import { startDynamoServer } from "../aws-servers/dynamo-server.ts";
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
  migratePostgres(url: string): Promise<void>;
  openKeeper(layout: LakeLayout): Promise<UnitKeeper>;
  loadDefinition(): Promise<unknown>;
  functionModule(name: FunctionName): string;
};

export const stackParts: StackParts = {
  startDynamo: (folder, key) => startDynamoServer({ folder, key }),
  async openKeeper(layout) {
    const { openUnitKeeper } = await import("../../shared/rows/lake/parquet-unit-keeper.ts");
    return openUnitKeeper(layout);
  },
  async migratePostgres(url) {
    const [{ createPostgresPool }, { migratePostgresSchema }, { createSql }] = await Promise.all([
      import("../../shared/rows/postgres-connection.ts"),
      import("../../shared/rows/postgres-schema.ts"),
      import("../../shared/rows/postgres-sql.ts"),
    ]);
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
