import type { IncomingMessage } from "node:http";
import { type HttpAnswer, unauthorized } from "./http-answer.ts";

/** What a bearer token opens: every property, or those named. */
export type Tokens = Readonly<Record<string, "all" | readonly string[]>>;

export type SignedIn =
  | { readonly kind: "in"; readonly knows: (siteUrl: string) => boolean }
  | { readonly kind: "out"; readonly answer: HttpAnswer };

/** Who asks. Without tokens everyone may, which no server of Google's would allow. */
export function signIn(request: IncomingMessage, tokens: Tokens | undefined): SignedIn {
  if (tokens === undefined) return { kind: "in", knows: () => true };
  const { authorization } = request.headers;
  if (authorization === undefined) {
    return { kind: "out", answer: unauthorized("Login Required.", "required") };
  }
  const opens = tokens[authorization.replace(/^Bearer /i, "")];
  if (opens === undefined) {
    return { kind: "out", answer: unauthorized("Invalid Credentials", "authError") };
  }
  return { kind: "in", knows: (siteUrl) => opens === "all" || opens.includes(siteUrl) };
}
