import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const repository = join(import.meta.dirname, "../..");
const manifest = JSON.parse(await readFile(join(repository, "package.json"), "utf8"));
const lockfile = await readFile(join(repository, "package-lock.json"), "utf8");

describe("the packages", () => {
  const named: [string, string][] = Object.entries({
    ...manifest.dependencies,
    ...manifest.devDependencies,
  });

  test.each(named)("%s is pinned to an exact version", (_name, version) => {
    expect(version).toMatch(/^\d+\.\d+\.\d+(-r\.\d+)?$/);
  });

  test.each(named)("%s is locked at the version that package.json names", (name, version) => {
    expect(JSON.parse(lockfile).packages[`node_modules/${name}`]?.version).toBe(version);
  });

  test("are locked without the address of a registry", () => {
    expect(lockfile.match(/"resolved": .*|.*\.tgz.*/g)).toBeNull();
  });

  test("that may run an install script are those that need one", () => {
    expect(manifest.allowScripts).toMatchObject({ node: true, esbuild: true });
    const allowed = Object.entries(manifest.allowScripts).filter(([, may]) => may);
    expect(allowed.map(([name]) => name).sort()).toEqual(["esbuild", "node"]);
  });
});

test("the tests run on the Node that package.json brings", () => {
  expect(Number(process.versions.node.split(".")[0])).toBeGreaterThanOrEqual(24);
  expect(process.versions.node).toBe(manifest.devDependencies.node);
});
