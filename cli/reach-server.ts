import { connect } from "node:net";
import { googleRootUrl } from "../shared/search-console/root-url.ts";
import { CommandError } from "./command-error.ts";

const patienceMs = 5_000;

/** Finds out at the start whether anybody listens where Search Console should be. */
export async function reachSearchConsole(rootUrl: string | undefined): Promise<void> {
  const url = new URL(rootUrl || googleRootUrl);
  const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const fault = await tryToConnect(host, port);
  if (fault === undefined) return;
  throw new CommandError(
    `no Search Console server answers at ${url.origin} (${fault}): check the network${rootUrl ? " and GSC_API_ROOT_URL" : ""}`,
  );
}

function tryToConnect(host: string, port: number): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const socket = connect({ host, port, timeout: patienceMs });
  socket.on("connect", () => resolve(undefined));
  socket.on("timeout", () => resolve(`no connection within ${patienceMs / 1_000} s`));
  socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  return promise.finally(() => socket.destroy());
}
