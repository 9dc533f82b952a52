/**
 * A Search Console property id: `sc-domain:example.com` or a URL prefix such as
 * `https://example.com/`. Source: https://developers.google.com/webmaster-tools/v1/sites
 */
export function isSiteUrl(text: string): boolean {
  if (text.startsWith("sc-domain:")) return /^sc-domain:[^\s/:]+(\.[^\s/:]+)+$/.test(text);
  return /^https?:\/\/[^\s/]+\/\S*$/.test(text) && URL.canParse(text);
}
