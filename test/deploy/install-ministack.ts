import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Pinned: what it drops and refuses is listed in known-differences.ts. */
const packages = ["ministack==1.5.33", "cbor2==6.2.1"];
const folder = join(
  process.env.XDG_CACHE_HOME || join(homedir(), ".cache"),
  "gsc-sync/ministack-1.5.33",
);

export type InstalledMinistack =
  | { readonly kind: "installed"; readonly python: string }
  | { readonly kind: "missing"; readonly reason: string };

/** MiniStack in a virtual environment in the user's cache, installed at its first use. */
export async function installMinistack(): Promise<InstalledMinistack> {
  const python = join(folder, "bin/python");
  try {
    await run("openssl", ["version"]);
    if (!existsSync(python)) await install();
    return { kind: "installed", python };
  } catch (error) {
    const said = error instanceof Error ? error.message.trim().split("\n").slice(0, 3) : [];
    return { kind: "missing", reason: `MiniStack cannot be installed: ${said.join(" ")}` };
  }
}

/** Whole or not at all: a second installer that was faster has left the same. */
async function install(): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const fetched = await mkdtemp(join(dirname(folder), "fetching."));
  try {
    await run("python3", ["-m", "venv", fetched]);
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    await run(join(fetched, "bin/python"), [...pip, ...packages]);
    await rename(fetched, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(fetched, { recursive: true, force: true });
  }
}
