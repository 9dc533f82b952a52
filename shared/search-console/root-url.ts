/** Where Search Console answers unless `GSC_API_ROOT_URL` says otherwise. */
export const googleRootUrl = "https://searchconsole.googleapis.com/";

/**
 * What is wrong with a root URL, as a sentence for a person; undefined when it can be used.
 * Plain http is for loopback only: beyond it a request would carry its token readably.
 */
export function rootUrlFault(text: string): string | undefined {
  if (!URL.canParse(text)) return `${JSON.stringify(text)} is not a URL like ${googleRootUrl}`;
  const url = new URL(text);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    return `a root URL starts with https:// or http://, not ${url.protocol}`;
  }
  if (url.username !== "" || url.password !== "") return "a root URL carries no user or password";
  if (url.search !== "" || url.hash !== "") return "a root URL has no query and no fragment";
  if (url.protocol === "http:" && !isLoopback(text)) {
    return `plain http is allowed on this machine only; use https://${url.host}/`;
  }
  return undefined;
}

/** Whether a URL names this machine: 127.0.0.0/8, localhost or [::1]. It needs no credentials. */
export function isLoopback(rootUrl: string): boolean {
  const { hostname } = new URL(rootUrl);
  return (
    hostname === "localhost" ||
    hostname.endsWith(".localhost") ||
    hostname === "[::1]" ||
    /^127(\.\d{1,3}){3}$/.test(hostname)
  );
}
