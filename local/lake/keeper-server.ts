import * as z from "zod";
import { keeperTarget } from "../../shared/rows/lake/parquet-keeper-client.ts";
import type { UnitKeeper } from "../../shared/rows/lake/unit-keeper.ts";
import { PurgeSchema } from "../../shared/rows/purge.ts";
import { RowStoreError } from "../../shared/rows/row-store-error.ts";
import {
  AwsJsonError,
  type AwsJsonServer,
  startAwsJsonServer,
  unknownOperation,
} from "../aws-servers/aws-json-server.ts";

/** Lets this home's workers reach its keeper, on loopback and with the owner's key. */
export function startKeeperServer(keeper: UnitKeeper, key: string): Promise<AwsJsonServer> {
  return startAwsJsonServer({
    version: "1.1",
    faultType: "unavailable",
    key,
    async answer({ target, body }) {
      try {
        return { result: await perform(keeper, target, body) };
      } catch (error) {
        if (error instanceof RowStoreError) throw new AwsJsonError(error.code, error.message);
        if (error instanceof z.ZodError) throw new AwsJsonError("refused", z.prettifyError(error));
        throw error;
      }
    },
  });
}

async function perform(keeper: UnitKeeper, target: string, body: unknown): Promise<unknown> {
  switch (target) {
    case keeperTarget("Place"):
      return keeper.place(z.object({ part: z.string() }).parse(body).part);
    case keeperTarget("Purge"):
      return keeper.purge(PurgeSchema.parse(body));
    case keeperTarget("Sweep"):
      return keeper.sweep(z.object({ untilMs: z.number() }).parse(body).untilMs);
    default:
      throw unknownOperation(target);
  }
}
