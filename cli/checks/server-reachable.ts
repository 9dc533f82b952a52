import { connect } from "node:net";
import { environmentNames } from "../../shared/config/names.ts";
import { googleRootUrl, rootUrlFault } from "../../shared/search-console/root-url.ts";
import { localStage } from "../options/options.ts";
import { CommandError, UsageError } from "../output/errors.ts";

/**
 * The server that this machine's home reads; undefined for Google. A stage in AWS has it from its
 * deploy. @throws UsageError
 */
export function homeRootUrl(stage: string): string | undefined {
  const rootUrl = process.env[environmentNames.searchConsoleRootUrl] || undefined;
  if (rootUrl === undefined || stage !== localStage) return undefined;
  const fault = rootUrlFault(rootUrl);
  if (fault !== undefined)
    throw new UsageError(`${environmentNames.searchConsoleRootUrl}: ${fault}`);
  return rootUrl;
}

const connectMs = 4_000;
const answerMs = 5_000;

/**
 * Checks at the start, within 10 s, that a server listens at Search Console's address. At another
 * address than Google's it also checks that the server answers as Search Console does. @throws
 * CommandError
 */
export async function reachSearchConsole(rootUrl: string | undefined): Promise<void> {
  const url = new URL(rootUrl || googleRootUrl);
  const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const fault = await tryToConnect(host, port);
  if (fault !== undefined) {
    throw new CommandError(
      `no Search Console server answers at ${url.origin} (${fault}): check the network${rootUrl ? " and GSC_API_ROOT_URL" : ""}`,
    );
  }
  if (!rootUrl) return;
  const strange = await askForSites(rootUrl);
  if (strange === undefined) return;
  throw new CommandError(
    `what answers at ${url.origin} is not Search Console (${strange}): check GSC_API_ROOT_URL`,
  );
}

function tryToConnect(host: string, port: number): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const socket = connect({ host, port, timeout: connectMs });
  socket.on("connect", () => resolve(undefined));
  socket.on("timeout", () => resolve(`no connection within ${connectMs / 1_000} s`));
  socket.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  return promise.finally(() => socket.destroy());
}

function isJson(body: string): boolean {
  try {
    if (body.trim() !== "") JSON.parse(body);
    return true;
  } catch {
    return false;
  }
}

/**
 * Asks for the list of properties without credentials, which costs no quota. Any JSON passes, a
 * refusal too, and so does an empty answer: a stand-in need not know that list. A web page, or no
 * HTTP, does not pass. Returns what is wrong; undefined when nothing is.
 */
async function askForSites(rootUrl: string): Promise<string | undefined> {
  const sites = `${rootUrl.replace(/\/$/, "")}/webmasters/v3/sites`;
  try {
    const answer = await fetch(sites, {
      redirect: "manual",
      signal: AbortSignal.timeout(answerMs),
    });
    const body = await answer.text();
    if (/^\s*</.test(body)) return `HTTP ${answer.status} with a page instead of JSON`;
    if (!isJson(body)) return `HTTP ${answer.status} with text instead of JSON`;
    return answer.status >= 300 && answer.status < 400 ? "it redirects elsewhere" : undefined;
  } catch (error) {
    if (error instanceof Error && error.name === "TimeoutError") {
      return `no answer within ${answerMs / 1_000} s`;
    }
    return "it does not speak HTTP, or hung up";
  }
}
