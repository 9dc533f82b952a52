import { describe, expect, test } from "vitest";
import { readSiteUrl } from "../../shared/request/site-url.ts";

describe("a property's one spelling", () => {
  test.each([
    ["sc-domain:example.com", "sc-domain:example.com"],
    ["sc-domain:Example.COM", "sc-domain:example.com"],
    ["SC-Domain:example.com", "sc-domain:example.com"],
    ["sc-domain:münchen.example", "sc-domain:xn--mnchen-3ya.example"],
    ["sc-domain:xn--MNCHEN-3ya.example", "sc-domain:xn--mnchen-3ya.example"],
    ["sc-domain:my_shop.example.com", "sc-domain:my_shop.example.com"],
    ["https://example.com/", "https://example.com/"],
    ["HTTPS://WWW.Example.com/", "https://www.example.com/"],
    ["https://example.com:443/", "https://example.com/"],
    ["http://example.com:80/", "http://example.com/"],
    ["http://example.com:8080/", "http://example.com:8080/"],
    ["http://example.com:443/", "http://example.com:443/"],
    ["https://bücher.example/Ä/", "https://xn--bcher-kva.example/Ä/"],
    ["https://example.com/Blog/%7Eme/", "https://example.com/Blog/%7Eme/"],
    ["https://example.com/a/../b/", "https://example.com/a/../b/"],
  ])("%s is %s", (typed, siteUrl) => {
    expect(readSiteUrl(typed)).toEqual({ siteUrl });
    expect(readSiteUrl(siteUrl)).toEqual({ siteUrl });
  });
});

describe("what is no property, and what may have been meant", () => {
  test.each([
    ["sc-domain:example.com\u200b", "sc-domain:example.com"],
    [" sc-domain:example.com", "sc-domain:example.com"],
    ["sc-domain:exam\u00adple.com", "sc-domain:example.com"],
    ["\ufeffhttps://example.com/", "https://example.com/"],
    ["sc-domain:example.com.", "sc-domain:example.com"],
    ["sc-domain:example.com/", "sc-domain:example.com"],
    ["sc-domain:https://Example.com/x", "sc-domain:example.com"],
    ["sc-domain:example.com:443", "sc-domain:example.com"],
    ["https://example.com", "https://example.com/"],
    ["https://example.com./", "https://example.com/"],
    ["https://example.com/#top", "https://example.com/"],
    ["https://me:secret@example.com/", "https://example.com/"],
    ["https://me@example.com/blog/", "https://example.com/blog/"],
  ])("%j: did you mean %s?", (typed, meant) => {
    expect(readSiteUrl(typed).fault).toMatch(/ is not a property: did you mean (\S+)\?$/);
    expect(readSiteUrl(typed).fault).toContain(`did you mean ${meant}?`);
    expect(readSiteUrl(typed).fault).not.toContain("secret");
  });

  test.each([
    "",
    "example.com",
    "ftp://example.com/",
    "sc-domain:",
    "sc-domain:localhost",
    "sc-domain:a..example",
    "sc-domain:-",
    "https://",
    "https:///x",
    "https://exa mple.com:99999/",
  ])("%j is none", (typed) => {
    expect(readSiteUrl(typed).fault).toMatch(/write sc-domain:example.com or/);
  });

  test("what cannot be seen is shown, what is too long is cut", () => {
    expect(readSiteUrl("sc-domain:example.com\u001b[31m").fault).toMatch(
      /example\.com\\u001b\[31m/,
    );
    expect(readSiteUrl(`sc-domain:${"a.".repeat(1_500)}com`).fault).toMatch(
      /^sc-domain:a\.a.{1,40}… is longer than 1900 bytes$/,
    );
  });
});
