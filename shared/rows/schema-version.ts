/**
 * The first version of a schema that code of version `own` cannot use. Those up to the next thousand
 * only expand: columns or attributes that may be absent, tables, indexes, views. Code reads and writes
 * a schema that a newer one has expanded, so that a deploy that fails after its migration goes back to
 * code that works.
 */
export function nextBreakingVersion(own: number): number {
  return (Math.floor(own / 1_000) + 1) * 1_000;
}
