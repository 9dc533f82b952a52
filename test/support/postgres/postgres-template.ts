import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { PGlite } from "@electric-sql/pglite";
import { unpackTarball } from "./unpack-tarball.ts";

/**
 * Creates the database in `folder` (absent: in memory), which must not exist yet.
 *
 * PGlite's initdb costs some 5 s of CPU, a copy of its result less than half a second. The first start of
 * a clone keeps that result beside PGlite in node_modules, where `npm ci` removes both together;
 * further homes and in-memory databases begin from it. A template that cannot be read, written or
 * loaded only costs the time.
 */
export async function createDatabase(
  folder: string | undefined,
  templateFile?: URL,
): Promise<PGlite> {
  const file = templateFile ?? (await sharedTemplateFile());
  const template = await readTemplate(file);
  if (template !== undefined) {
    // A disk that is full is not the template's fault: it stays.
    if (folder !== undefined) unpackTarball(template, folder);
    const fromTemplate = await open(folder, template).catch(() => undefined);
    if (fromTemplate !== undefined) return fromTemplate;
    await rm(file, { force: true });
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
  const database = await PGlite.create(folder === undefined ? {} : { dataDir: folder });
  await keepTemplate(database, file).catch(() => {});
  return database;
}

/** In a folder, of what is unpacked there: PGlite itself takes three times as long to unpack it. */
async function open(folder: string | undefined, template: Buffer<ArrayBuffer>): Promise<PGlite> {
  if (folder === undefined) return PGlite.create({ loadDataDir: new Blob([template]) });
  return PGlite.create(folder);
}

async function sharedTemplateFile(): Promise<URL> {
  const packageFile = new URL("../package.json", import.meta.resolve("@electric-sql/pglite"));
  const { version } = JSON.parse(await readFile(packageFile, "utf8"));
  return new URL(`../../.cache/gsc-sync/postgres-${version}.template`, packageFile);
}

/**
 * A template is the SHA-256 of a tarball and the tarball: PGlite's answer to a broken one can be a
 * rejection that nobody can catch.
 */
async function readTemplate(file: URL): Promise<Buffer<ArrayBuffer> | undefined> {
  const bytes = await readFile(file).catch(() => Buffer.alloc(0));
  const tarball = bytes.subarray(digestBytes);
  return digestOf(tarball).equals(bytes.subarray(0, digestBytes)) ? tarball : undefined;
}

const digestBytes = 32;

function digestOf(tarball: Buffer): Buffer {
  return createHash("sha256").update(tarball).digest();
}

/** Written aside and renamed: whoever starts meanwhile sees a whole template or none. */
async function keepTemplate(database: PGlite, file: URL): Promise<void> {
  await database.exec("CHECKPOINT");
  const dump = await database.dumpDataDir("none");
  const tarball = Buffer.from(await dump.arrayBuffer());
  const aside = new URL(`${file.href}.${process.pid}`);
  await mkdir(new URL(".", file), { recursive: true });
  try {
    await writeFile(aside, [digestOf(tarball), tarball]);
    await rename(aside, file);
  } finally {
    await rm(aside, { force: true });
  }
}
