import { describe, expect, test } from "vitest";
import { isLoopback, rootUrlFault } from "../../shared/search-console/root-url.ts";

describe("loopback", () => {
  test.each([
    ["http://127.0.0.1:8080", true],
    ["http://127.8.9.1/", true],
    ["http://localhost:1/", true],
    ["http://[::1]:80/", true],
    ["http://2130706433/", true],
    ["https://127.0.0.1.example.com/", false],
    ["https://localhost.example.com/", false],
    ["https://searchconsole.googleapis.com/", false],
    ["http://10.0.0.1/", false],
  ])("%s: %s", (url, expected) => {
    expect(isLoopback(url)).toBe(expected);
  });
});

describe("a root URL", () => {
  test.each([
    "https://searchconsole.googleapis.com",
    "http://127.0.0.1:8080/",
    "http://localhost:1/gsc/",
  ])("%s can be used", (url) => {
    expect(rootUrlFault(url)).toBeUndefined();
  });

  test.each([
    ["127.0.0.1:8080", "not"],
    ["ftp://example.com/", "ftp:"],
    ["https://user:secret@example.com/", "user or password"],
    ["https://example.com/?a=b", "no query"],
    ["http://example.com/", "use https://example.com/"],
  ])("%s cannot: it would be %s", (url, said) => {
    expect(rootUrlFault(url)).toContain(said);
    expect(rootUrlFault(url)).not.toContain("secret");
  });
});
