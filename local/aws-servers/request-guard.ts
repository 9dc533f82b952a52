import { randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders, Server, ServerResponse } from "node:http";

/**
 * Who may use a home's servers. Any user of the machine reaches loopback, and any web page in a
 * browser on it: a request must be signed with the owner's access key, be meant for this machine,
 * and come from no page.
 */
export function newAccessKey(): string {
  return `GSC${randomBytes(20).toString("hex")}`;
}

/** What is wrong with a request; undefined lets it through, and so does a server without a key. */
export function requestFault(
  headers: IncomingHttpHeaders,
  key: string | undefined,
): string | undefined {
  if (key === undefined) return undefined;
  if (headers.origin !== undefined) return "a web page has no business here";
  if (!/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(headers.host ?? "")) {
    return "the request is meant for another host";
  }
  const [, given = ""] = /\bCredential=([^/,\s]*)/.exec(headers.authorization ?? "") ?? [];
  return equalSecrets(given, key) ? undefined : "the access key is not that of this home";
}

/** Answers as AWS answers a key that it does not know. */
export function refuse(response: ServerResponse, message: string): void {
  response.writeHead(403, { "content-type": "application/x-amz-json-1.0", connection: "close" });
  response.end(refusalBody(message));
}

export function refusalBody(message: string): string {
  return JSON.stringify({ __type: "UnrecognizedClientException", message });
}

/** Puts the guard before a server's own listeners. */
export function guardServer(server: Server, key: string | undefined): void {
  const listeners = server.listeners("request");
  server.removeAllListeners("request");
  server.on("request", (request, response) => {
    const fault = requestFault(request.headers, key);
    if (fault !== undefined) {
      refuse(response, fault);
      return;
    }
    for (const listener of listeners) listener.call(server, request, response);
  });
}

/** Takes the same time wherever they differ. */
export function equalSecrets(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
