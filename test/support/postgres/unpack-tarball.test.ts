import { execFileSync } from "node:child_process";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../temporary-folder.ts";
import { unpackTarball } from "./unpack-tarball.ts";

test("files and directories are as they were packed, for their owner only", async () => {
  const folder = temporaryFolder();
  const target = join(folder, "unpacked");
  unpackTarball(await pack(folder), target);
  expect((await readdir(target, { recursive: true })).sort()).toEqual([
    "base",
    "base/1255",
    "base/empty",
    "nothing",
    "whole-block",
  ]);
  for (const file of ["base/1255", "nothing", "whole-block"]) {
    const packed = await readFile(join(folder, "packed", file));
    expect(packed.equals(await readFile(join(target, file)))).toBe(true);
    expect((await stat(join(target, file))).mode & 0o077).toBe(0);
  }
  expect((await stat(target)).mode & 0o077).toBe(0);
});

test("an archive that was cut short is refused", async () => {
  const folder = temporaryFolder();
  const tarball = await pack(folder);
  expect(() => unpackTarball(tarball.subarray(0, 50_000), join(folder, "cut"))).toThrow(RangeError);
});

async function pack(folder: string): Promise<Buffer> {
  const packed = join(folder, "packed");
  await mkdir(join(packed, "base/empty"), { recursive: true });
  await writeFile(join(packed, "base/1255"), "x".repeat(100_000));
  await writeFile(join(packed, "whole-block"), "y".repeat(512));
  await writeFile(join(packed, "nothing"), "");
  return execFileSync("tar", ["--format=ustar", "-C", packed, "-cf", "-", "."]);
}
