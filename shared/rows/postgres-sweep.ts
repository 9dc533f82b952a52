import * as z from "zod";
import { deleteRows } from "./postgres-generations.ts";
import type { Sql } from "./postgres-sql.ts";
import { generationGraceMs } from "./row-store.ts";

/**
 * States of a generation's registration:
 *
 *   begun --completeUnit--> flipped --a newer flip, then the grace--> doomed
 *   begun --its take dead, the grace over--> doomed
 *   doomed --all rows deleted--> emptied --the grace again--> (gone)
 *
 * Doomed comes before the first deletion, so a crash anywhere leaves either an untouched
 * generation or one that can never be flipped, which the next sweep goes on with. Emptied keeps
 * its registration for a while: a take thought dead can neither begin it anew nor flip it, and a
 * statement of its that was under way is cleaned up at the end.
 */
export async function sweepGenerations(sql: Sql, nowMs: number): Promise<number> {
  const now = new Date(nowMs).toISOString();
  const graceOver = new Date(nowMs - generationGraceMs).toISOString();
  await doomGenerations(sql, now, selectDoomable, [graceOver]);
  const emptied = await emptyGenerations(sql, now);
  await forgetGenerations(sql, graceOver);
  return emptied;
}

/** Registrations in one statement. */
const maxGenerations = 1_000;

/** Dooms what a query finds, unless it is flipped meanwhile. */
export async function doomGenerations(
  sql: Sql,
  now: string,
  query: string,
  values: readonly unknown[],
): Promise<void> {
  const candidates = await readGenerations(sql, query, values);
  for (let start = 0; start < candidates.length; start += maxGenerations) {
    const some = candidates.slice(start, start + maxGenerations);
    await sql.run(doom, [
      now,
      some.map(({ id }) => id),
      some.map(({ generation }) => generation),
      some.map(({ flipped }) => flipped),
    ]);
  }
}

/** Deletes the rows of all that is doomed; how many generations it emptied. */
export async function emptyGenerations(sql: Sql, now: string): Promise<number> {
  const doomed = await readGenerations(sql, selectDoomed, []);
  for (const { id, generation } of doomed) {
    await deleteRows(sql, id, generation);
    await sql.run(
      `UPDATE generation SET emptied_at = $3::timestamptz
      WHERE unit_id = $1::uuid AND generation = $2::bigint`,
      [id, generation, now],
    );
  }
  return doomed.length;
}

async function forgetGenerations(sql: Sql, graceOver: string): Promise<void> {
  for (const { id, generation } of await readGenerations(sql, selectEmptied, [graceOver])) {
    await deleteRows(sql, id, generation);
    await sql.run("DELETE FROM generation WHERE unit_id = $1::uuid AND generation = $2::bigint", [
      id,
      generation,
    ]);
  }
}

/** What {@link doomGenerations} reads of a generation `g`. */
export const generationColumns = `g.unit_id::text AS id, g.generation::text AS generation,
  g.flipped_at IS NOT NULL AS flipped`;

/** A superseded generation counts its grace from the flip that superseded it. */
const selectDoomable = `SELECT ${generationColumns}
  FROM generation g LEFT JOIN unit u ON u.unit_id = g.unit_id
  WHERE g.doomed_at IS NULL AND g.begun_at <= $1::timestamptz
    AND (g.flipped_at IS NULL OR g.generation < u.generation)
    AND (u.completed_at IS NULL OR u.completed_at <= $1::timestamptz)
  ORDER BY g.unit_id, g.generation`;

/** `flipped` as it was seen: an orphan that has become visible since is no orphan any more. */
const doom = `UPDATE generation g SET doomed_at = $1::timestamptz
  FROM unnest($2::uuid[], $3::bigint[], $4::boolean[]) AS c (unit_id, generation, flipped)
  WHERE g.unit_id = c.unit_id AND g.generation = c.generation AND g.doomed_at IS NULL
    AND (g.flipped_at IS NOT NULL) = c.flipped`;

const selectDoomed = `SELECT ${generationColumns} FROM generation g
  WHERE g.doomed_at IS NOT NULL AND g.emptied_at IS NULL`;

const selectEmptied = `SELECT ${generationColumns} FROM generation g
  WHERE g.emptied_at <= $1::timestamptz`;

const GenerationColumns = z.object({
  id: z.string(),
  generation: z.string().transform(Number),
  flipped: z.boolean(),
});

async function readGenerations(sql: Sql, text: string, values: readonly unknown[]) {
  return sql.read(GenerationColumns, text, values);
}
