import { describe, expect, test } from "vitest";
import {
  authorizationHeaders,
  classifyAuthorizationFault,
} from "../../shared/search-console/google-credentials.ts";
import { SearchConsoleError } from "../../shared/search-console/search-console-error.ts";

/** As google-auth-library throws what the token endpoint answered. */
function answered(status: number, data: unknown): Error {
  return Object.assign(new Error("[object Object]: undefined"), { status, response: { data } });
}

describe("credentials that give no token", () => {
  test.each([
    [
      "invalid_grant",
      Object.assign(new Error("invalid_grant"), { status: 400, code: 400 }),
      "Sign in again",
    ],
    [
      "a key that the crypto library cannot decode",
      Object.assign(new Error("error:1E08010C:DECODER routines::unsupported"), {
        code: "ERR_OSSL_UNSUPPORTED",
      }),
      "DECODER",
    ],
    [
      "a session that Workspace ended",
      answered(400, {
        error: "invalid_grant",
        error_description: "reauth related error (invalid_rapt)",
        error_subtype: "invalid_rapt",
      }),
      "session control",
    ],
    [
      "a client that is not let in",
      answered(401, { error: "unauthorized_client", error_description: "Client is unauthorized." }),
      "unauthorized_client (Client is unauthorized). Sign in again",
    ],
    [
      "invalid_grant, whatever the status",
      answered(503, { error: "invalid_grant" }),
      "Sign in again",
    ],
    [
      "an error of another Google service",
      answered(403, { error: { code: 403, status: "PERMISSION_DENIED", message: "No." } }),
      "PERMISSION_DENIED (No)",
    ],
    [
      "none at all",
      new Error("Could not load the default credentials."),
      "GOOGLE_APPLICATION_CREDENTIALS",
    ],
    [
      "a missing key file",
      Object.assign(new Error("ENOENT: no such file"), { code: "ENOENT" }),
      "ENOENT",
    ],
  ])("%s: stop and say what to do", (_name, error, said) => {
    const classified = classifyAuthorizationFault(error);
    expect(classified.failure).toEqual({ kind: "credentials" });
    expect(classified.message).toContain(said);
  });

  test.each([
    ["the token endpoint is down", Object.assign(new Error("oops"), { status: 503 })],
    ["the token endpoint is busy", Object.assign(new Error("oops"), { status: 429 })],
    ["there is no network", Object.assign(new Error("fetch failed"), { code: "ENOTFOUND" })],
    ["it failed inside", answered(400, { error: "internal_failure" })],
    ["it failed inside, as text", answered(400, '{"error":"server_error"}')],
    ["a proxy answered", answered(403, "<html>blocked</html>")],
    ["a word that nobody knows, with 503", answered(503, { error: "moon_phase" })],
    [
      "the connection's TLS failed",
      Object.assign(new Error("x"), { code: "ERR_TLS_CERT_ALTNAME_INVALID" }),
    ],
  ])("%s: try again", (_name, error) => {
    expect(classifyAuthorizationFault(error).failure.kind).toBe("transient");
  });

  test("a key's advice is not a sign-in's", () => {
    const error = answered(400, { error: "invalid_grant", error_description: "Invalid JWT" });
    const { message } = classifyAuthorizationFault(error, "key");
    expect(message).toContain("invalid_grant (Invalid JWT). The service account's key");
    expect(message).not.toContain("login");
  });

  test("Google's description carries no secret", () => {
    const error = answered(400, { error: "invalid_grant", error_description: "bad ya29.secret" });
    expect(classifyAuthorizationFault(error).message).not.toContain("secret");
  });

  test.each(["Bearer undefined", "Bearer ", ""])(
    "a token that is none (%j) is a fault",
    async (authorization) => {
      const authorizer = { getRequestHeaders: async () => new Headers({ authorization }) };
      await expect(authorizationHeaders(authorizer)).rejects.toMatchObject({
        failure: { kind: "transient" },
        message: "Google's token endpoint answered without an access token.",
      });
    },
  );

  test("the failure is thrown in place of the library's", async () => {
    const broken = { getRequestHeaders: () => Promise.reject(new Error("invalid_grant")) };
    await expect(authorizationHeaders(broken)).rejects.toBeInstanceOf(SearchConsoleError);
  });

  test("headers are handed on", async () => {
    const authorizer = {
      getRequestHeaders: () => Promise.resolve(new Headers({ authorization: "Bearer t" })),
    };
    expect(await authorizationHeaders(authorizer)).toEqual({
      authorization: "Bearer t",
    });
  });
});
