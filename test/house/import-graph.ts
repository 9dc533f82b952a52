import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import { floorOf, floors, reach, roomOf } from "./floors.ts";

/** One import between two files of the repository, by their paths from its top. */
export type FileImport = { readonly from: string; readonly to: string };

/** Every import of the source, `import type` and `import()` included; tests and benchmarks left out. */
export async function readImports(repository: string): Promise<readonly FileImport[]> {
  const tops = [...new Set(floors.flat().map((room) => room.split("/")[0] ?? ""))];
  const folders = tops.filter((top) => !["bench", "test", "."].includes(top));
  const imports: FileImport[] = [];
  for (const folder of folders) {
    if (!existsSync(join(repository, folder))) continue;
    for (const name of await readdir(join(repository, folder), { recursive: true })) {
      if (!name.endsWith(".ts") || name.includes("node_modules")) continue;
      const from = join(folder, name);
      const text = await readFile(join(repository, from), "utf8");
      for (const [, to = ""] of text.matchAll(/(?:\bfrom|\bimport|\bimport\()\s*"(\.[^"]+)"/g)) {
        imports.push({ from, to: normalize(join(dirname(from), to)) });
      }
    }
  }
  return imports;
}

/** Imports that the order of the floors forbids, each as a line. */
export function forbiddenImports(imports: readonly FileImport[]): readonly string[] {
  return imports.filter((each) => isUpward(each) || isOutOfReach(each)).map(arrow);
}

/** To a room of a higher floor, or to another room of the same one. */
export function isUpward({ from, to }: FileImport): boolean {
  const [own, other] = [roomOf(from), roomOf(to)];
  return own !== other && floorOf(other) >= floorOf(own);
}

function isOutOfReach({ from, to }: FileImport): boolean {
  const [own = "", other = ""] = [from, to].map((file) => file.split("/")[0]);
  if (own === other) return false;
  return !(reach[own] ?? []).some((place) => to.startsWith(`${place}/`));
}

function arrow({ from, to }: FileImport): string {
  return `${from} -> ${to}`;
}

/** Groups of names that reach each other through `edges`; a name alone is no group. */
export function circles(edges: ReadonlyMap<string, ReadonlySet<string>>): readonly string[][] {
  const reached = new Map([...edges.keys()].map((name) => [name, reachableFrom(name, edges)]));
  const groups: string[][] = [];
  for (const [name, others] of reached) {
    if (!others.has(name) || groups.some((group) => group.includes(name))) continue;
    groups.push([...others].filter((other) => reached.get(other)?.has(name)).sort());
  }
  return groups;
}

function reachableFrom(
  start: string,
  edges: ReadonlyMap<string, ReadonlySet<string>>,
): ReadonlySet<string> {
  const reached = new Set<string>();
  const open = [...(edges.get(start) ?? [])];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    open.push(...(edges.get(name) ?? []));
  }
  return reached;
}

/** The imports between what `nameOf` makes of the files; those within one name are left out. */
export function edgesBy(
  imports: readonly FileImport[],
  nameOf: (file: string) => string,
): ReadonlyMap<string, ReadonlySet<string>> {
  const edges = new Map<string, Set<string>>();
  for (const { from, to } of imports) {
    const [a, b] = [nameOf(from), nameOf(to)];
    if (a === b) continue;
    const targets = edges.get(a) ?? new Set();
    edges.set(a, targets.add(b));
  }
  return edges;
}
