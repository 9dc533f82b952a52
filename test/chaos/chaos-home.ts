import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { aHome, type TestHome } from "../support/homes/cli.ts";
import { keepServers } from "../support/homes/kept-home.ts";
import { waitUntil } from "../support/wait-until.ts";
import { chaosVariable, type SabotagePoint } from "./sabotage-points.ts";

export type ChaosHome = TestHome & {
  /** The next process that comes to the point kills itself there, or stops until it is continued. */
  arm(point: SabotagePoint, how?: "kill" | "stop"): void;
  /** The process that was hit at the point; waits for it. */
  hit(point: SabotagePoint, how?: "kill" | "stop"): Promise<number>;
  /** Points armed and not reached yet. */
  left(points: readonly SabotagePoint[]): readonly SabotagePoint[];
};

/** A home whose functions are sabotaged; its servers run until it is removed, unless `kept` is false. */
export async function aChaosHome(
  variables: Readonly<Record<string, string>>,
  { kept = true }: { readonly kept?: boolean } = {},
): Promise<ChaosHome> {
  const folder = await mkdtemp(join(tmpdir(), "gsc-sync-chaos-"));
  const saboteur = new URL("./saboteur.ts", import.meta.url).href;
  const home = await aHome({
    ...variables,
    [chaosVariable]: folder,
    NODE_OPTIONS: `--import=${saboteur}`,
  });
  mkdirSync(folder, { recursive: true });
  if (kept) await keepServers(home);
  const file = (point: string, how: "kill" | "stop" = "kill") =>
    join(folder, how === "stop" ? `${point}.stop` : point);
  return {
    ...home,
    arm: (point, how) => writeFileSync(file(point, how), ""),
    async hit(point, how) {
      const hit = `${file(point, how)}.hit`;
      await waitUntil(`${point} is reached`, () => existsSync(hit));
      return waitUntil(
        `${point} has its pid`,
        () => Number(readFileSync(hit, "utf8")) || undefined,
      );
    },
    left: (points) => points.filter((point) => !existsSync(`${file(point)}.hit`)),
    async remove() {
      await home.remove();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
