import http from "node:http";

const names = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"] as const;

/** Never through a proxy: this machine, and the cloud's own metadata servers. */
const alwaysDirect = "localhost,127.0.0.1,::1,[::1],169.254.169.254,metadata.google.internal";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Sends this process's requests to Google through the proxy of `HTTPS_PROXY`, past the hosts of
 * `NO_PROXY` (small letters win, as in curl). AWS clients keep their own connections.
 * Source: https://nodejs.org/api/http.html#built-in-proxy-support
 */
export function sendThroughProxy(environment: Environment): void {
  const proxies = names.flatMap((name) => (environment[name] ? [[name, environment[name]]] : []));
  if (proxies.length === 0) return;
  const direct = [environment.no_proxy || environment.NO_PROXY, alwaysDirect];
  http.setGlobalProxyFromEnv({
    ...Object.fromEntries(proxies),
    no_proxy: direct.filter(Boolean).join(","),
  });
}

/** What is wrong with the proxy variables, for a person; it quotes no password. */
export function proxyFault(environment: Environment): string | undefined {
  for (const name of names) {
    const text = environment[name];
    if (!text) continue;
    const protocol = URL.canParse(text) ? new URL(text).protocol : "";
    if (/^https?:\/\/[^/]/i.test(text) && /^https?:$/.test(protocol)) continue;
    return `${name} is not a proxy's address like http://proxy.example:3128: set it so, or unset it`;
  }
  return undefined;
}
