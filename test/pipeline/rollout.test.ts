import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestHome } from "../support/homes/cli.ts";
import { inEveryRun } from "../support/homes/in-every-run.ts";
import { aKeptHome } from "../support/homes/kept-home.ts";
import { rolloutDisagreements } from "../support/rollouts/rollout-check.ts";
import { recentDays } from "../support/samples/recent-days.ts";
import {
  type SeenRequest,
  startTruthServer,
  type TruthServer,
} from "../support/servers/truth-server.ts";
import { waitUntil } from "../support/wait-until.ts";

const dates = recentDays(8);
const rowsByDay = Object.fromEntries(dates.map((date, index) => [date, 20 + index]));
const rows = Object.values(rowsByDay).reduce((sum, count) => sum + count, 0);

describe("a rollout", () => {
  let server: TruthServer;
  let home: TestHome;
  /** Called with each request before it is answered. */
  let onRequest: (request: SeenRequest) => void = () => {};

  beforeAll(async () => {
    server = await startTruthServer({
      days: rowsByDay,
      latencyMs: 60,
      fault: (request) => {
        onRequest(request);
        return undefined;
      },
    });
    home = await aKeptHome({ GSC_API_ROOT_URL: server.url });
  });
  afterAll(async () => {
    await home.remove();
    await server.stop();
  });

  const rollout = (site: string, ...more: readonly string[]) => [
    ...["rollout", "--site-url", site, "--days", String(dates.length), "--json"],
    ...["--output", join(home.folder, `${site.replace(/\W/g, "-")}.md`)],
    ...more,
  ];
  /** The property's status and the lever as the next command finds them. */
  async function found(site: string) {
    const listed = await home.run("properties", "list", "--json");
    const lever = await home.run("lever", "--json");
    const { status } = listed.json.properties.find(
      (each: { siteUrl: string }) => each.siteUrl === site,
    );
    return { said: listed.stderr, status, lever: lever.json };
  }
  const asBefore = { status: "active", lever: expect.objectContaining({ lever: 5, inFlight: 10 }) };

  test("compares a sequential run with a concurrent one; its figures are the server's own", async () => {
    const site = "sc-domain:whole.example";
    await home.run("properties", "add", site);
    server.forget();
    const done = await home.run(...rollout(site, "--in-flight", "7"));
    const log = [...server.seen];
    expect([done.code, done.stderr]).toEqual([0, expect.stringContaining("paused until")]);
    expect(Object.keys(done.json).sort()).toEqual([
      "concurrent",
      "equal",
      "report",
      "sequential",
      "speedup",
      "verdicts",
    ]);
    expect(done.json.equal).toBe(true);
    expect(done.json.sequential).toMatchObject({ concurrency: 1, inFlight: { peak: 1 } });
    expect(done.json.concurrent).toMatchObject({ concurrency: 3, status: "complete" });
    for (const verdict of done.json.verdicts) {
      expect(Object.keys(verdict).sort()).toEqual(["metric", "observed", "ok", "target"]);
    }
    expect(rolloutDisagreements(done.json, log, { rows, edgeMs: 30_000 })).toEqual([]);
    const text = readFileSync(done.json.report, "utf8");
    expect(text).toContain(
      `| speed-up over sequential | ≥ 4× (stretch 8×) | ${done.json.speedup.toFixed(2)}× |`,
    );
    expect(existsSync(done.json.report.replace(/md$/, "html"))).toBe(true);
    expect(done.stderr).toContain(`nightly sync of ${site} resumed`);
    expect(await found(site)).toMatchObject(asBefore);
  });

  test("knows a day that Google revised between the two runs from one that we lost", async () => {
    const site = "sc-domain:revised.example";
    const [day = ""] = dates;
    let asked = 0;
    onRequest = ({ date }) => {
      if (date === day && ++asked === 2) server.revise({ ...rowsByDay, [day]: 3 });
    };
    const done = await home.run(...rollout(site));
    onRequest = () => {};
    server.revise(rowsByDay);
    expect(done.json).toMatchObject({ equal: true });
    expect(done.code).toBe(0);
    expect(done.stderr).toContain(`third fetch of ${day} to ${day}`);
    expect(readFileSync(done.json.report, "utf8")).toContain("Google revised it");
  });

  test("stopped by Ctrl-C gives back at once what it changed; another is refused meanwhile", async () => {
    const site = "sc-domain:stopped.example";
    await home.run("properties", "add", site);
    const running = home.start(...rollout(site));
    await waitUntil(
      "the baseline runs",
      () => running.stderr().includes("sequential baseline …"),
      60_000,
    );
    const second = await home.run(...rollout("sc-domain:second.example"));
    expect([second.code, second.stderr]).toEqual([
      1,
      expect.stringMatching(/rollout rollout-\S+ \(pid \d+ on \S+\) has this stage's lever/),
    ]);
    running.child.kill("SIGINT");
    const ended = await running.finished;
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(`nightly sync of ${site} resumed`);
    expect(await found(site)).toMatchObject({ ...asBefore, said: "" });
  });

  test.each(
    inEveryRun([
      ["between the runs", "sequential baseline: "],
      ["pre-flight", "smoke sync of"],
      ["the baseline", "sequential baseline …"],
      ["the concurrent run", "concurrent run …"],
    ]),
  )(
    "killed in %s is given back by the next command",
    async (point, line) => {
      const site = `sc-domain:${point.replace(/ /g, "-")}.example`;
      await home.run("properties", "add", site);
      const running = home.start(...rollout(site));
      await waitUntil(`it is in ${point}`, () => running.stderr().includes(line), 20_000);
      running.child.kill("SIGKILL");
      await running.finished;
      const next = await found(site);
      expect(next).toMatchObject(asBefore);
      expect(next.said).toMatch(
        new RegExp(
          `ended without restoring .*lever back at its default.*nightly sync of ${site} resumed`,
        ),
      );
    },
    120_000,
  );
});
