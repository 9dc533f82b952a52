import { describe, expect, test } from "vitest";
import {
  authorizationHeaders,
  classifyAuthorizationFault,
} from "../../shared/search-console/google-credentials.ts";
import { SearchConsoleError } from "../../shared/search-console/search-console-error.ts";

describe("credentials that give no token", () => {
  test.each([
    [
      "invalid_grant",
      Object.assign(new Error("invalid_grant"), { status: 400, code: 400 }),
      "sign in again",
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
  ])("%s: try again", (_name, error) => {
    expect(classifyAuthorizationFault(error).failure.kind).toBe("transient");
  });

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
