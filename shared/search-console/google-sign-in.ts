import { auth } from "@googleapis/searchconsole";
import * as z from "zod";
import { parseJson } from "../lib/parse-json.ts";
import { fetchTokensFrom } from "./google-credential-file.ts";
import { isTokenUrl } from "./google-credential-text.ts";
import {
  classifyAuthorizationFault,
  credentialsError,
  searchConsoleScope,
} from "./google-credentials.ts";
import { isLoopback } from "./root-url.ts";

/** An OAuth client of the type "desktop app", as the Google Cloud console lets one download it. */
export type OAuthClient = {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly authUrl: string;
  readonly tokenUrl: string;
};

/** What a sign-in's token file holds; google-auth-library and gcloud call it `authorized_user`. */
export type SignIn = {
  readonly type: "authorized_user";
  readonly client_id: string;
  readonly client_secret: string;
  readonly refresh_token: string;
  readonly token_uri: string;
};

/** @throws SearchConsoleError `credentials`, without a word of the file */
export function parseOAuthClient(content: string, path: string): OAuthClient {
  const parsed = OAuthClientSchema.safeParse(parseJson(content));
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw credentialsError(
      "badOAuthClient",
      `${path} is not an OAuth client of the type "desktop app" (${faults.join("; ")}): download one from the Google Cloud console, APIs & Services, Credentials.`,
    );
  }
  const { client_id, client_secret, auth_uri, token_uri } = parsed.data.installed;
  return {
    clientId: client_id,
    clientSecret: client_secret,
    authUrl: auth_uri,
    tokenUrl: token_uri,
  };
}

/**
 * A sign-in under way: the address to open, and the exchange of the code that comes back. PKCE
 * binds the code to this process: another process that sees the code cannot use it.
 * Source: https://developers.google.com/identity/protocols/oauth2/native-app
 */
export async function beginSignIn(
  client: OAuthClient,
  options: { readonly redirectUri: string; readonly state: string },
): Promise<{ readonly url: string; exchange(code: string): Promise<SignIn> }> {
  const oauth = new auth.OAuth2({
    clientId: client.clientId,
    clientSecret: client.clientSecret,
    redirectUri: options.redirectUri,
    endpoints: { oauth2AuthBaseUrl: client.authUrl },
    transporterOptions: { fetchImplementation: fetchTokensFrom(client.tokenUrl) },
  });
  const { codeVerifier, codeChallenge } = await oauth.generateCodeVerifierAsync();
  const asked = oauth.generateAuthUrl({
    access_type: "offline",
    // Without it Google gives a refresh token at the first consent only.
    prompt: "consent",
    scope: [searchConsoleScope],
    state: options.state,
    code_challenge: codeChallenge ?? "",
  });
  // The library takes the method as an enum of a package that is not ours to import.
  const url = new URL(asked);
  url.searchParams.set("code_challenge_method", "S256");
  return {
    url: url.href,
    async exchange(code) {
      const refreshToken = await exchangeCode(() => oauth.getToken({ code, codeVerifier }));
      return {
        type: "authorized_user",
        client_id: client.clientId,
        client_secret: client.clientSecret,
        refresh_token: refreshToken,
        token_uri: client.tokenUrl,
      };
    },
  };
}

async function exchangeCode(
  send: () => Promise<{
    readonly tokens: {
      readonly refresh_token?: string | null | undefined;
      readonly scope?: string | undefined;
    };
  }>,
): Promise<string> {
  const { tokens } = await send().catch((error: unknown) => {
    throw classifyAuthorizationFault(error);
  });
  if (tokens.scope !== undefined && !tokens.scope.split(" ").includes(searchConsoleScope)) {
    throw credentialsError(
      "scopeNotGranted",
      "the consent was given without the permission to read Search Console: sign in again and leave its box ticked.",
    );
  }
  if (tokens.refresh_token) return tokens.refresh_token;
  throw credentialsError(
    "noRefreshToken",
    "Google gave no refresh token: remove gsc-sync's access at https://myaccount.google.com/permissions and sign in again.",
  );
}

const isAuthUrl = (url: string) =>
  URL.canParse(url) && (isLoopback(url) || url.startsWith("https://accounts.google.com/"));

const OAuthClientSchema = z.object({
  installed: z.object({
    client_id: z.string().min(1),
    client_secret: z.string().min(1),
    auth_uri: z.string().refine(isAuthUrl, { error: "is neither Google's nor on this machine" }),
    token_uri: z.string().refine(isTokenUrl, { error: "is neither Google's nor on this machine" }),
  }),
});
