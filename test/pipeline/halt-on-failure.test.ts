import { afterAll, beforeAll, expect, test } from "vitest";
import type { TestHome } from "../support/homes/cli.ts";
import { aKeptHome } from "../support/homes/kept-home.ts";
import { recentDays } from "../support/samples/recent-days.ts";
import { error, startTruthServer, type TruthServer } from "../support/servers/truth-server.ts";

const days = recentDays(8);
const bad = days[2] ?? "";
const range = [
  "--site-url",
  "sc-domain:example.com",
  "--from",
  days[0] ?? "",
  "--to",
  days[7] ?? "",
];

let server: TruthServer;
let home: TestHome;

beforeAll(async () => {
  const body = error(400, "invalidParameter");
  server = await startTruthServer({
    days: Object.fromEntries(days.map((date) => [date, 3])),
    fault: ({ date }) => (date === bad ? { status: 400, body } : undefined),
  });
  home = await aKeptHome({ GSC_API_ROOT_URL: server.url });
});
afterAll(async () => {
  await home.remove();
  await server.stop();
});

test("a backfill that is to halt on failure says why, wherever a person looks, and can be resumed", async () => {
  const run = await home.run(
    "backfill",
    ...range,
    "--concurrency",
    "1",
    "--halt-on-failure",
    "--json",
  );
  expect(run.code).toBe(1);
  expect(run.json).toMatchObject({ status: "halted", units: { complete: 2, failed: 1 } });
  expect(run.json.reason).toContain(`page_query of ${bad} failed, and the run is to halt`);
  expect(run.json.reason).toContain("invalidParameter");
  expect(server.seen).toHaveLength(3);

  const status = await home.run("status", run.json.runId);
  expect(status.stdout).toContain(`page_query of ${bad} failed`);

  const resumed = await home.run("resume", run.json.runId, "--json");
  expect(resumed.code).toBe(1);
  expect(resumed.json).toMatchObject({
    status: "completed_with_failures",
    units: { complete: 7, failed: 1 },
  });
});
