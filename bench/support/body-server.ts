import { fork } from "node:child_process";
import { once } from "node:events";
import * as z from "zod";

export type BodyServerSettings = {
  readonly rowsAPage: number;
  readonly urlLength: number;
  /** Of a unit, one unless said. Google's pages end with the first that has fewer than 25,000 rows. */
  readonly pages?: number;
};

/**
 * A Search Console in a process of its own that answers every query for a page with the same bytes, so
 * that it costs next to nothing.
 */
export async function startBodyServer(settings: BodyServerSettings) {
  const child = fork(new URL("./body-process.ts", import.meta.url), [JSON.stringify(settings)]);
  const [message] = await once(child, "message");
  const { url } = z.object({ url: z.string() }).parse(message);
  return {
    url,
    async stop() {
      child.disconnect();
      await once(child, "exit");
    },
  };
}
