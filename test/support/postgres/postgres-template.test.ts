import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { createDatabase } from "./postgres-template.ts";

test("a broken template is replaced, and what is made from the new one starts empty", async () => {
  const folder = await mkdtemp(join(tmpdir(), "gsc-sync-template-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = pathToFileURL(join(folder, "kept.template"));
  await writeFile(file, "not a template ".repeat(1_000));

  const first = await createDatabase(undefined, file);
  await first.exec("CREATE TABLE mine (a int)");
  await first.close();
  expect(await readdir(folder)).toEqual(["kept.template"]);
  const { mtimeMs, size } = await stat(file);
  expect(size).toBeGreaterThan(1_000_000);

  const second = await createDatabase(join(folder, "database"), file);
  const { rows } = await second.query(
    "SELECT to_regclass('mine') AS mine, version() ~ 'PGlite' AS up",
  );
  await second.close();
  expect(rows).toEqual([{ mine: null, up: true }]);
  expect((await stat(file)).mtimeMs).toBe(mtimeMs);
});
