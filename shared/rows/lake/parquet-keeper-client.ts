import * as z from "zod";
import type { KeeperPlace } from "../../config/rows-place.ts";
import { parseJson } from "../../lib/parse-json.ts";
import { RowStoreError, rowStoreErrorCodes } from "../row-store-error.ts";
import type { UnitKeeper } from "./unit-keeper.ts";

/** Longer than a full disk's last second; the take's lease is longer still. */
const timeoutMs = 30_000;

/** The keeper of a home's lake, which runs in the process that owns the home. Over HTTP; a request that is repeated answers the same. */
export function keeperClient({ url, key }: KeeperPlace): UnitKeeper {
  return {
    place: async (part) => z.enum(["flipped", "superseded"]).parse(await ask("Place", { part })),
    purge: async (purge) =>
      z
        .object({ units: z.number(), rows: z.number(), more: z.boolean() })
        .parse(await ask("Purge", purge)),
    sweep: async (untilMs) => z.number().parse(await ask("Sweep", { untilMs })),
  };

  async function ask(operation: KeeperOperation, body: object): Promise<unknown> {
    const response = await send(operation, body);
    const answer = AnswerSchema.parse(parseJson(await response.text()));
    if ("result" in answer) return answer.result;
    const code = z.enum(rowStoreErrorCodes).safeParse(answer.__type).data ?? "unavailable";
    throw new RowStoreError(code, answer.message);
  }

  async function send(operation: KeeperOperation, body: object): Promise<Response> {
    try {
      return await fetch(url, {
        method: "POST",
        body: JSON.stringify(body),
        headers: {
          "x-amz-target": keeperTarget(operation),
          authorization: `Key Credential=${key}`,
        },
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch (error) {
      throw new RowStoreError(
        "unavailable",
        `the keeper of the lake does not answer: ${error}`,
        error,
      );
    }
  }
}

export type KeeperOperation = "Place" | "Purge" | "Sweep";

/** The header by which a request names its operation. */
export function keeperTarget(operation: KeeperOperation): string {
  return `LakeKeeper.${operation}`;
}

const AnswerSchema = z.union([
  z.object({ result: z.unknown() }),
  z.object({ __type: z.string(), message: z.string() }),
]);
