import { describe, expect, test } from "vitest";
import {
  type FaultKind,
  type FaultRule,
  faultBoard,
  faultKinds,
} from "../../sample-search-console/faults.ts";
import { findReport } from "../../shared/request/find-report.ts";
import { googleSearchConsole } from "../../shared/search-console/google-search-console.ts";
import { pacific } from "../support/samples/pacific.ts";
import { dayQuery, largeSite, sampleServer, sampleSite } from "./sample-client.ts";

const date = pacific("2026-05-06");
const report = findReport("page_query");
if (report === undefined) throw new Error("no page_query report");
const request = { siteUrl: sampleSite, report, date, startRow: 0 };

function rule(kind: FaultKind, more: Partial<FaultRule> = {}): FaultRule {
  return { kind, share: 1, ...more };
}

describe("a fault on demand, as Google's client meets it", () => {
  const transient = { kind: "transient" };
  const met: Readonly<Record<Exclude<FaultKind, "drip" | "moving-ties">, object>> = {
    "429": { kind: "quota" },
    "429-qps": { kind: "quota", period: "second" },
    "403-quota": { kind: "quota" },
    "403-user-rate": { kind: "quota", scope: "account" },
    "403-forbidden": { kind: "forbidden" },
    "401": { kind: "credentials" },
    "404": { kind: "unknown-site" },
    "500": transient,
    "503": transient,
    timeout: transient,
    reset: transient,
    truncated: transient,
    html: transient,
    "wrong-types": { kind: "unusable" },
  };

  test.each(Object.entries(met))("%s", async (name, failure) => {
    const kind = faultKinds.find((each) => each === name) ?? "500";
    const { server } = await sampleServer({ faults: [rule(kind)] });
    const client = googleSearchConsole({ rootUrl: server.url, requestTimeoutMs: 500 });
    const asked = client.fetchPage(request, new AbortController().signal);
    await expect(asked).rejects.toMatchObject({ failure });
    expect(server.seen().list[0]).toMatchObject({ fault: kind });
  });

  test("drip: the whole answer, slowly; too slowly for a short time-out", async () => {
    const { server } = await sampleServer({ faults: [rule("drip")] });
    const ask = (requestTimeoutMs: number) =>
      googleSearchConsole({ rootUrl: server.url, requestTimeoutMs }).fetchPage(
        request,
        new AbortController().signal,
      );
    await expect(ask(300)).rejects.toMatchObject({ failure: { kind: "transient" } });
    expect((await ask(30_000)).rows.length).toBeGreaterThan(500);
  });

  test("moving-ties: the same rows, some on two pages and some on none", async () => {
    const sample = await sampleServer({ faults: [rule("moving-ties")] });
    const pages = [];
    for (const startRow of [0, 400, 800, 1_200]) {
      const page = dayQuery(date, { rowLimit: 400, startRow });
      pages.push(...((await sample.query(sampleSite, page)).rows ?? []));
    }
    const { rowCount } = await sample.truth(sampleSite, date);
    expect(pages).toHaveLength(rowCount ?? 0);
    expect(new Set(pages.map((row) => row.keys.join("\n"))).size).toBeLessThan(pages.length);
  });
});

describe("which requests it comes to", () => {
  test("a share of them, the same ones for the same seed", () => {
    const pick = (seed: number) => {
      const board = faultBoard(seed, [rule("500", { share: 0.2 })]);
      const target = { siteUrl: sampleSite, date, startRow: 0, searchType: "web" };
      return Array.from({ length: 2_000 }, (_, turn) => board.pick(target, turn) ?? "none");
    };
    expect(pick(1)).toEqual(pick(1));
    expect(pick(2)).not.toEqual(pick(1));
    const share = pick(1).filter((kind) => kind === "500").length / 2_000;
    expect(Math.abs(share - 0.2)).toBeLessThan(0.03);
  });

  test("those of a property, date and page, so many times, by the control path", async () => {
    const sample = await sampleServer();
    const rules = [
      { kind: "503", siteUrl: largeSite, date: "2026-05-08", startRow: 0, times: 2 },
      { kind: "404", siteUrl: largeSite, startRow: 25_000 },
    ];
    expect(await sample.control("faults", rules)).toBe(200);
    const ask = async (siteUrl: string, startRow: number) =>
      (await sample.query(siteUrl, dayQuery("2026-05-08", { startRow }))).status;
    expect(await ask(sampleSite, 0)).toBe(200);
    expect([await ask(largeSite, 0), await ask(largeSite, 0), await ask(largeSite, 0)]).toEqual([
      503, 503, 200,
    ]);
    expect(await ask(largeSite, 25_000)).toBe(404);
    await fetch(`${sample.server.url}/sample/faults`, { method: "DELETE" });
    expect(await ask(largeSite, 25_000)).toBe(200);
  });

  test("a rule that is none is refused, and changes nothing", async () => {
    const sample = await sampleServer();
    expect(await sample.control("faults", [{ kind: "plague" }])).toBe(400);
    expect((await sample.query(sampleSite, dayQuery(date))).status).toBe(200);
  });
});
