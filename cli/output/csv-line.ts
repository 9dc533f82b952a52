/** Values as RFC 4180 writes them; an absent value is empty, an empty one is `""`. */
export function csvLine(values: readonly unknown[]): string {
  return values.map(csvField).join(",");
}

function csvField(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
