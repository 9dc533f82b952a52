import * as z from "zod";
import { discernible } from "../lib/printable.ts";

/** In bytes: a partition key in DynamoDB has at most 2,048, with more of ours around it. */
const longest = 1_900;
const domainPrefix = "sc-domain:";

export type ReadSiteUrl =
  | { readonly siteUrl: string; readonly fault?: undefined }
  | { readonly siteUrl?: undefined; readonly fault: string };

/**
 * Reads a Search Console property id, `sc-domain:example.com` or a URL prefix such as
 * `https://example.com/`, and answers in the one spelling that it is stored and asked for by: host
 * and scheme in small letters, an international domain in ASCII, no port that is the default one.
 * A path stays as typed. `fault` says for a person what is wrong, and what may have been meant.
 * Source: https://developers.google.com/webmaster-tools/v1/sites
 */
export function readSiteUrl(text: string): ReadSiteUrl {
  if (new TextEncoder().encode(text).length > longest) {
    return { fault: `${shown(text.slice(0, 40))}… is longer than ${longest} bytes` };
  }
  const read = isDomain(text) ? readDomain(text.slice(domainPrefix.length)) : readPrefix(text);
  if (read !== undefined && !/[\p{C}\p{Z}\u00ad]/u.test(text)) return { siteUrl: read };
  const meant = guess(text);
  const advice =
    meant === undefined
      ? "write sc-domain:example.com or https://example.com/ as Search Console shows it"
      : `did you mean ${meant}?`;
  return { fault: `${shown(text)} is not a property: ${advice}` };
}

/** A property id in its one spelling. */
export const SiteUrlSchema = z.string().transform((text, context) => {
  const { siteUrl, fault } = readSiteUrl(text);
  if (siteUrl !== undefined) return siteUrl;
  context.addIssue({ code: "custom", message: fault });
  return z.NEVER;
});

function isDomain(text: string): boolean {
  return text.toLowerCase().startsWith(domainPrefix);
}

function readDomain(domain: string): string | undefined {
  if (/[/:@?#\\%]/.test(domain)) return undefined;
  const host = hostOf(domain);
  return host?.includes(".") ? `${domainPrefix}${host}` : undefined;
}

function readPrefix(text: string): string | undefined {
  const [, scheme, authority = "", path = ""] =
    /^(https?):\/\/([^/?#\\]*)(\/[^#]*)$/i.exec(text) ?? [];
  if (scheme === undefined || authority.includes("@")) return undefined;
  const url = parsedUrl(`${scheme}://${authority}/`);
  if (url === undefined || hostOf(url.hostname) === undefined) return undefined;
  return `${url.origin}${path}`;
}

/** In ASCII and small letters; undefined for what is no host, or ends with a dot. */
function hostOf(text: string): string | undefined {
  const host = parsedUrl(`https://${text}/`)?.hostname;
  if (host === undefined || host === "" || host.length > 253) return undefined;
  const labels = host.startsWith("[") ? [] : host.split(".");
  return labels.every((label) => /^[a-z0-9_-]{1,63}$/.test(label)) ? host : undefined;
}

function parsedUrl(text: string): URL | undefined {
  return URL.parse(text) ?? undefined;
}

/** The property that a person may have meant; undefined when nothing is near. */
function guess(text: string): string | undefined {
  const visible = text.replace(/[\p{C}\p{Z}\u00ad]/gu, "");
  const [bare = ""] = visible.split("#");
  const candidates = isDomain(bare)
    ? [bare, domainPrefix + host(bare.slice(domainPrefix.length))]
    : [bare, `${bare}/`, withoutUser(bare), bare.replace(/\.+(?=[:/]|$)/, "")];
  for (const candidate of candidates) {
    const read = isDomain(candidate)
      ? readDomain(candidate.slice(domainPrefix.length))
      : readPrefix(candidate);
    if (read !== undefined && read !== text) return read;
  }
  return undefined;
}

/** The host of what may have been copied from a browser: `https://example.com./x` → `example.com`. */
function host(text: string): string {
  return withoutUser(text)
    .replace(/^(https?:)?\/*/i, "")
    .replace(/[/:?].*$/, "")
    .replace(/\.+$/, "");
}

function withoutUser(text: string): string {
  return text.replace(/^(https?:\/\/)?[^/@]*@/i, "$1");
}

/** As typed, with what cannot be seen written out, and without a user and password. */
function shown(text: string): string {
  if (text === "") return '""';
  return discernible(text.replace(/\/\/[^/]*@/, "//…@"));
}
