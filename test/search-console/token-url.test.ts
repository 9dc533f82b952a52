import { expect, test } from "vitest";
import { isTokenUrl } from "../../shared/search-console/google-credential-text.ts";

test.each([
  "https://oauth2.googleapis.com/token",
  "https://sts.googleapis.com/v1/token",
  "https://accounts.google.com/o/oauth2/token",
  "http://127.0.0.1:8080/token",
  "http://localhost/token",
])("secrets may go to %s", (url) => {
  expect(isTokenUrl(url)).toBe(true);
});

test.each([
  "https://evilgoogleapis.com/token",
  "https://googleapis.com.evil.example/token",
  "https://evil.example/oauth2.googleapis.com",
  "https://oauth2.googleapis.com@evil.example/token",
  "https://evilaccounts.google.com/token",
  "https://accounts.google.com.evil.example/",
  "http://oauth2.googleapis.com/token",
  "http://127.0.0.1.evil.example/token",
  "http://localhost.evil.example/token",
  "ftp://oauth2.googleapis.com/token",
  "nonsense",
])("and not to %s", (url) => {
  expect(isTokenUrl(url)).toBe(false);
});
