import { constants } from "node:fs";
import { access, mkdir, readdir, readFile, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { environmentNames } from "../../shared/config/names.ts";
import { parseJson } from "../../shared/lib/parse-json.ts";
import { HomeError } from "./home-error.ts";
import { writeFileWhole } from "./write-file-whole.ts";

/** The folder with a machine's local state: tables, rows, logs, who owns them now. */
export type Home = {
  readonly folder: string;
  readonly files: {
    readonly ownerLock: string;
    readonly endpoints: string;
    /** The owner's access key, for the AWS CLI. */
    readonly credentials: string;
  };
  /** Of homes of format 1: a database with the rows. */
  readonly formerPostgres: string;
  readonly folders: {
    readonly dynamo: string;
    /** Rows as Parquet files; see `lakeLayout`. */
    readonly lake: string;
    readonly logs: string;
    /** What runs told of, a file a run. */
    readonly events: string;
    /** What handlers measured, a file a day. */
    readonly telemetry: string;
  };
};

/** 2: rows are in a lake. 1: they were in an embedded Postgres, in the folder `postgres`. */
const homeFormat = 2;
const homeFile = "home.json";

const HomeFileSchema = z.object({ format: z.int().min(1) });

/** Absolute; a relative `GSC_SYNC_HOME` is below the working folder. */
export function homeFolder(
  environment: Readonly<Record<string, string | undefined>>,
  workingFolder: string,
): string {
  return resolve(workingFolder, environment[environmentNames.home] || ".gsc-sync");
}

/** Makes the folder a home unless it is one already. @throws HomeError */
export async function openHome(folder: string): Promise<Home> {
  try {
    await makeFolder(folder);
    await checkFormat(folder);
    await access(folder, constants.W_OK);
    const home = homeLayout(folder);
    // Rows and tokens of a ledger are nobody else's business, whoever may read the folder itself.
    for (const each of Object.values(home.folders)) {
      await mkdir(each, { recursive: true, mode: 0o700 });
    }
    return home;
  } catch (error) {
    if (error instanceof HomeError) throw error;
    throw new HomeError(
      "HOME_UNWRITABLE",
      `${folder} cannot be used as a home: ${reasonOf(error)}. Set ${environmentNames.home} to a folder that can be written.`,
      { cause: error },
    );
  }
}

/** Node's recursive `mkdir` never comes back where no folder can be made at all (below /proc). */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    const code = codeOf(error);
    if (code === "EEXIST" && (await stat(folder)).isDirectory()) return;
    const parent = dirname(folder);
    if (code !== "ENOENT" || (await isThere(parent))) throw error;
    await makeFolder(parent);
    await makeFolder(folder);
  }
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Where things are in a home, whether or not they are there. */
export function homeLayout(folder: string): Home {
  return {
    folder,
    files: {
      ownerLock: join(folder, "owner.lock"),
      endpoints: join(folder, "endpoints.json"),
      credentials: join(folder, "aws-credentials"),
    },
    formerPostgres: join(folder, "postgres"),
    folders: {
      dynamo: join(folder, "dynamo"),
      lake: join(folder, "lake"),
      logs: join(folder, "logs"),
      events: join(folder, "events"),
      telemetry: join(folder, "telemetry"),
    },
  };
}

async function checkFormat(folder: string): Promise<void> {
  const text = await readHomeFile(folder);
  if (text === undefined) return makeHome(folder);
  const parsed = HomeFileSchema.safeParse(parseJson(text));
  if (!parsed.success) {
    throw new HomeError(
      "HOME_NOT_A_HOME",
      `${join(folder, homeFile)} is not what gsc-sync writes there. Set ${environmentNames.home} to another folder, or move this one away.`,
    );
  }
  if (parsed.data.format > homeFormat) {
    throw new HomeError(
      "HOME_NEWER",
      `${folder} was made by a newer gsc-sync (format ${parsed.data.format}, this one knows ${homeFormat}). Update this clone, or set ${environmentNames.home} to another folder.`,
    );
  }
}

/** A home of an older format, once it is as this code makes one. Its owner calls it. */
export async function markFormat({ folder }: Home): Promise<void> {
  const text = `${JSON.stringify({ format: homeFormat })}\n`;
  if ((await readHomeFile(folder)) !== text) await writeFileWhole(join(folder, homeFile), text);
}

async function makeHome(folder: string): Promise<void> {
  // Another first command may be making this very home.
  const strangers = (await readdir(folder)).filter((name) => !name.startsWith(homeFile));
  const first = strangers[0];
  if (first !== undefined && (await readHomeFile(folder)) === undefined) {
    throw new HomeError(
      "HOME_NOT_A_HOME",
      `${folder} is not empty and not a gsc-sync home (there is ${first} in it). Set ${environmentNames.home} to an empty or new folder.`,
    );
  }
  await writeFileWhole(join(folder, homeFile), `${JSON.stringify({ format: homeFormat })}\n`);
}

async function readHomeFile(folder: string): Promise<string | undefined> {
  try {
    return await readFile(join(folder, homeFile), "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

function reasonOf(error: unknown): string {
  const reasons: Record<string, string> = {
    EACCES: "no permission to write there",
    EPERM: "no permission to write there",
    EROFS: "the disk is read-only",
    ENOENT: "no folder can be made there",
    ENOSPC: "the disk is full",
    EEXIST: "it is a file, not a folder",
    ENOTDIR: "a part of its path is a file, not a folder",
  };
  return reasons[codeOf(error)] ?? (error instanceof Error ? error.message : String(error));
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
