import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { homeFolder, openHome } from "../../../local/home/home.ts";
import { HomeError } from "../../../local/home/home-error.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

async function refusal(folder: string): Promise<HomeError> {
  const error: unknown = await openHome(folder).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof HomeError)) throw new Error(`${folder} was not refused: ${error}`);
  expect(error.message).not.toContain("\n");
  expect(error.message).toContain(folder);
  return error;
}

describe("a home", () => {
  test("is .gsc-sync in the working folder unless GSC_SYNC_HOME says otherwise", () => {
    expect(homeFolder({}, "/work")).toBe("/work/.gsc-sync");
    expect(homeFolder({ GSC_SYNC_HOME: "" }, "/work")).toBe("/work/.gsc-sync");
    expect(homeFolder({ GSC_SYNC_HOME: "there" }, "/work")).toBe("/work/there");
    expect(homeFolder({ GSC_SYNC_HOME: "/there" }, "/work")).toBe("/there");
  });

  test("is made where nothing is, for its user only, and opened again", async () => {
    const folder = join(temporaryFolder(), "deep", "home");
    const home = await openHome(folder);
    expect(home.folder).toBe(folder);
    expect(JSON.parse(readFileSync(join(folder, "home.json"), "utf8"))).toEqual({ format: 2 });
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    await expect(openHome(folder)).resolves.toEqual(home);
  });

  test("may be an existing empty folder", async () => {
    await expect(openHome(temporaryFolder())).resolves.toHaveProperty("folder");
  });

  test("is made once by commands that start together", async () => {
    const folder = join(temporaryFolder(), "home");
    await Promise.all(Array.from({ length: 20 }, () => openHome(folder)));
    const made = ["dynamo", "events", "home.json", "lake", "logs", "telemetry"];
    expect(readdirSync(folder).sort()).toEqual(made);
  });

  test("is not a folder with other things in it, which stay as they are", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "thesis.txt"), "mine");
    const { code, message } = await refusal(folder);
    expect(code).toBe("HOME_NOT_A_HOME");
    expect(message).toContain("thesis.txt");
    expect(readdirSync(folder)).toEqual(["thesis.txt"]);
  });

  test.each(["", "{", '{"name":"somebody else\'s"}', '{"format":"1"}'])(
    "is not one whose home.json says %s",
    async (text) => {
      const folder = temporaryFolder();
      writeFileSync(join(folder, "home.json"), text);
      expect(await refusal(folder)).toHaveProperty("code", "HOME_NOT_A_HOME");
      expect(readFileSync(join(folder, "home.json"), "utf8")).toBe(text);
    },
  );

  test("of a newer format is refused and left alone", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "home.json"), '{"format":3}');
    const { code, message } = await refusal(folder);
    expect(code).toBe("HOME_NEWER");
    expect(message).toContain("newer gsc-sync");
    expect(readdirSync(folder)).toEqual(["home.json"]);
  });

  test("is neither a file nor below one", async () => {
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, "");
    expect(await refusal(file)).toHaveProperty("message", expect.stringContaining("is a file"));
    const { code, message } = await refusal(join(file, "home"));
    expect(code).toBe("HOME_UNWRITABLE");
    expect(message).toContain("GSC_SYNC_HOME");
  });

  test("cannot be where writing is not allowed", async () => {
    // Permissions do not stop root, which tests may run as; the kernel's own file system does.
    const folder = process.getuid?.() === 0 ? "/sys/gsc-sync-home" : unwritableFolder();
    expect(await refusal(folder)).toHaveProperty("code", "HOME_UNWRITABLE");
  });
});

function unwritableFolder(): string {
  const folder = join(temporaryFolder(), "locked");
  mkdirSync(folder);
  execFileSync("chmod", ["500", folder]);
  return folder;
}
