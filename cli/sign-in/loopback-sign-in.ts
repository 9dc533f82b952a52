import { createServer } from "node:http";
import { CommandError } from "../output/errors.ts";

/**
 * Serves the page on 127.0.0.1 that the browser returns to after the consent, for as long as the
 * sign-in is awaited. Only an answer with our `state` counts. All else gets an error page, so that
 * another site cannot pass in a code of its own.
 */
export async function openRedirect(state: string): Promise<Redirect> {
  const { promise: code, resolve, reject } = Promise.withResolvers<string>();
  // The code may be rejected before it is awaited.
  code.catch(() => {});
  const server = createServer((request, response) => {
    const url = URL.parse(request.url ?? "/", "http://127.0.0.1");
    const answer = url === null ? ({ kind: "ignored" } as const) : answerOf(url, state);
    response.writeHead(answer.kind === "ignored" ? 400 : 200, {
      "content-type": "text/html; charset=utf-8",
      connection: "close",
    });
    response.end(`<!doctype html><title>gsc-sync</title><p>${pages[answer.kind]}</p>`, () => {
      if (answer.kind === "code") resolve(answer.code);
      if (answer.kind === "denied") reject(new CommandError(`nobody signed in: ${answer.error}`));
    });
  });
  await new Promise<void>((listening, failed) => {
    server.once("error", failed);
    server.listen(0, "127.0.0.1", listening);
  });
  const address = server.address();
  const port = address !== null && typeof address === "object" ? address.port : 0;
  return {
    uri: `http://127.0.0.1:${port}`,
    code,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

export type Redirect = {
  /** Given to Google as the place to come back to. */
  readonly uri: string;
  /** The authorization code; rejects when the person or Google says no. */
  readonly code: Promise<string>;
  close(): void;
};

type Answer =
  | { readonly kind: "code"; readonly code: string }
  | { readonly kind: "denied"; readonly error: string }
  | { readonly kind: "ignored" };

function answerOf(url: URL, state: string): Answer {
  const { searchParams } = url;
  if (url.pathname !== "/" || searchParams.get("state") !== state) return { kind: "ignored" };
  const code = searchParams.get("code");
  if (code !== null && code !== "") return { kind: "code", code };
  const error = (searchParams.get("error") ?? "no code came").replace(/[^\w ]/g, "").slice(0, 80);
  return { kind: "denied", error };
}

const pages = {
  code: "You are signed in. You can close this window and go back to the terminal.",
  denied: "Nobody was signed in. You can close this window and go back to the terminal.",
  ignored: "This is not the sign-in that gsc-sync waits for.",
} as const;
