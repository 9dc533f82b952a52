import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { faultKinds } from "../../sample-search-console/faults.ts";
import {
  type SampleSearchConsole,
  startSampleSearchConsole,
} from "../../sample-search-console/sample-search-console.ts";
import type { TestHome } from "../support/homes/cli.ts";
import { aKeptHome } from "../support/homes/kept-home.ts";

const range = ["--site-url", "sc-domain:sample.example", "--days", "30"];

/**
 * What passes by itself. A defect of an answer that comes twice is final, and refusals for quota close
 * a scope for a minute: both have tests of their own.
 */
const kinds = ["500", "503", "reset", "truncated", "html", "moving-ties"] as const;

describe("a backfill from a server of which two in five answers go wrong", () => {
  let server: SampleSearchConsole;
  let home: TestHome;

  beforeAll(async () => {
    const faults = kinds.map((kind) => ({ kind, share: 0.08 }));
    server = await startSampleSearchConsole({ faults });
    home = await aKeptHome({ GSC_API_ROOT_URL: server.url });
  });
  afterAll(async () => {
    await server.stop();
    await home.remove();
  });

  async function hashes(): Promise<readonly string[]> {
    const days = server
      .seen()
      .list.map(({ date }) => date ?? "")
      .sort();
    const [from = "", to = ""] = [days[0], days.at(-1)];
    const site = range.slice(0, 2);
    const { json } = await home.run("units", ...site, "--from", from, "--to", to, "--json");
    return json.units.map((unit: { hash: string }) => unit.hash);
  }

  test("ends complete, with the rows that the server has when nothing goes wrong", async () => {
    const run = await home.run("backfill", ...range, "--json");
    expect(run.json).toMatchObject({ status: "complete", units: { planned: 30, complete: 30 } });
    expect(run.json.retries).toBeGreaterThan(2);
    expect(run.json.requests).toBe(server.seen().requests);
    const met = new Set(server.seen().list.flatMap(({ fault }) => fault ?? []));
    expect(met.size).toBeGreaterThan(3);

    const stored = await hashes();
    expect(stored).toHaveLength(30);
    await fetch(`${server.url}/sample/faults`, { method: "DELETE" });
    const calm = await home.run("backfill", ...range, "--force", "--json");
    expect(calm.json).toMatchObject({ status: "complete", requests: 30, retries: 0 });
    expect(await hashes()).toEqual(stored);
  });

  test("knows every kind by the control path", async () => {
    const rules = faultKinds.map((kind) => ({ kind, siteUrl: "sc-domain:nowhere.example" }));
    const options = { method: "POST", body: JSON.stringify(rules) };
    expect((await fetch(`${server.url}/sample/faults`, options)).status).toBe(200);
  });
});
