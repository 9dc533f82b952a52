import { environmentNames } from "../../shared/config/names.ts";
import { parseJson } from "../../shared/lib/parse-json.ts";
import { boundedFetch, mostAnswerBytes } from "../../shared/search-console/google-bounded-fetch.ts";
import { networkCode } from "../../shared/search-console/google-errors.ts";
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

const answerMs = 5_000;

/**
 * Checks at the start, within 5 s, that a server answers at Search Console's address, on the road
 * that requests take. At another address than Google's it also checks that it answers as Search
 * Console does. @throws CommandError
 */
export async function reachSearchConsole(rootUrl: string | undefined): Promise<void> {
  const { origin } = new URL(rootUrl || googleRootUrl);
  const mine = rootUrl !== undefined;
  const answer = await askForSites(rootUrl || googleRootUrl);
  if (answer.kind === "none") {
    throw new CommandError(
      `no Search Console server answers at ${origin} (${answer.reason}): check the network${mine ? " and GSC_API_ROOT_URL" : " and HTTPS_PROXY"}`,
    );
  }
  const strange = mine ? strangeness(answer) : undefined;
  if (strange === undefined) return;
  throw new CommandError(
    `what answers at ${origin} is not Search Console (${strange}): check GSC_API_ROOT_URL`,
  );
}

type Answer =
  | { readonly kind: "answer"; readonly status: number; readonly body: string }
  | { readonly kind: "no HTTP" }
  | { readonly kind: "none"; readonly reason: string };

/**
 * Any JSON passes, a refusal too, and so does an empty answer: a stand-in need not know the list
 * of properties. A web page, or no HTTP, does not pass.
 */
function strangeness(answer: Exclude<Answer, { kind: "none" }>): string | undefined {
  if (answer.kind === "no HTTP") return "it does not speak HTTP, or hung up";
  const { status, body } = answer;
  if (/^\s*</.test(body)) return `HTTP ${status} with a page instead of JSON`;
  if (body.trim() !== "" && parseJson(body) === undefined) {
    return `HTTP ${status} with text instead of JSON`;
  }
  return status >= 300 && status < 400 ? "it redirects elsewhere" : undefined;
}

/** Asks for the list of properties without credentials, which costs no quota. */
async function askForSites(rootUrl: string): Promise<Answer> {
  const sites = `${rootUrl.replace(/\/$/, "")}/webmasters/v3/sites`;
  try {
    const { status, body } = await fetchText(sites);
    return { kind: "answer", status, body };
  } catch (error) {
    if (error instanceof Error && error.name === "TimeoutError") {
      return { kind: "none", reason: `no answer within ${answerMs / 1_000} s` };
    }
    const reason = unreachedReason(error);
    return reason === undefined ? { kind: "no HTTP" } : { kind: "none", reason };
  }
}

/** Why no connection was made; undefined when one was. */
function unreachedReason(error: unknown): string | undefined {
  const code = networkCode(error);
  const unreached =
    /^E(CONNREFUSED|NOTFOUND|AI_|HOST|NET|PROTO)|CERT|TLS|PROXY|CONNECT_TIMEOUT|UND_ERR_ABORTED/;
  if (code !== undefined) return unreached.test(code) ? code : undefined;
  // A port that no fetch goes to: https://fetch.spec.whatwg.org/#port-blocking
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : "";
  return cause === "bad port" ? cause : undefined;
}

async function fetchText(url: string) {
  const signal = AbortSignal.timeout(answerMs);
  const answer = await boundedFetch({ mostBytes: mostAnswerBytes })(url, {
    redirect: "manual",
    signal,
  });
  return { status: answer.status, body: await answer.text() };
}
