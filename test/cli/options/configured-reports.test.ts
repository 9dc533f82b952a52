import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { readConfiguration } from "../../../cli/options/configured-reports.ts";
import { UsageError } from "../../../cli/output/errors.ts";

const text = JSON.stringify({ reports: [{ id: "brand", dimensions: ["query"] }] });

describe("the configuration file", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "gsc-sync-config-"));
    onTestFinished(() => rm(folder, { recursive: true }));
  });
  const idsIn = (environment: Readonly<Record<string, string>>) =>
    readConfiguration(environment, folder).reports.map(({ id }) => id);

  test("need not be there", () => {
    expect(idsIn({})).toEqual([]);
  });

  test("is the working folder's", async () => {
    await writeFile(join(folder, "gsc-sync.config.json"), text);
    expect(idsIn({})).toEqual(["brand"]);
    expect(idsIn({ GSC_SYNC_CONFIG: "" })).toEqual(["brand"]);
  });

  test("or the one that the environment names, which must be there", async () => {
    await writeFile(join(folder, "mine.json"), text);
    expect(idsIn({ GSC_SYNC_CONFIG: "mine.json" })).toEqual(["brand"]);
    expect(() => idsIn({ GSC_SYNC_CONFIG: "other.json" })).toThrow(UsageError);
    expect(() => idsIn({ GSC_SYNC_CONFIG: "other.json" })).toThrow(
      /other\.json cannot be read \(ENOENT\)/,
    );
  });

  test("with faults is refused in one line that has them all", async () => {
    const wrong = {
      reports: [
        { id: "A", dimensions: ["query"] },
        { id: "pages", dimensions: [] },
      ],
    };
    await writeFile(join(folder, "gsc-sync.config.json"), JSON.stringify(wrong));
    expect(() => idsIn({})).toThrow(
      /^[^\n]*is wrong: reports\[0\]\.id: [^\n]*; report pages: [^\n]*$/,
    );
  });
});
