/** Text from a foreign error, fit for a message: one line, short, without tokens or URL queries. */
export function redact(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replace(/\b(https?:\/\/[^\s?#]*)[?#]\S*/gi, "$1")
    .replace(/\b(Bearer|Basic)\s+\S+/gi, "$1 …")
    .replace(/\b(ya29\.|1\/\/|AIza|GOCSPX-)[\w.-]+/g, "…")
    .replace(/\beyJ[\w-]+\.[\w-]+(\.[\w-]+)?/g, "…")
    .replace(
      /\b(access_token|refresh_token|client_secret|assertion|private_key|key)("?\s*[=:]\s*"?)[^\s"&,}]+/gi,
      "$1$2…",
    )
    .trim()
    .slice(0, 400);
}
