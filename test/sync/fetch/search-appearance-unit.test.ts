import { describe, expect, test } from "vitest";
import { z } from "zod";
import { failure } from "../../support/fakes/scripted-search-console.ts";
import { pacific } from "../../support/samples/pacific.ts";
import { sampleFetch } from "../../support/samples/sample-fetch.ts";

const date = pacific("2026-05-06");

const TruthSchema = z.object({
  rows: z.array(z.object({ keys: z.array(z.string()), clicks: z.number() })),
});

async function aWorld() {
  const nowMs = Date.parse("2026-05-20T19:00:00Z");
  const sample = await sampleFetch("search_appearance_pages", date, () => nowMs);
  const { server, rows, unit } = sample;
  return {
    ...sample,
    async visible() {
      const lines: string[] = [];
      for await (const row of rows.streamRows({ siteUrl: unit.siteUrl, from: date, to: date })) {
        lines.push(JSON.stringify([row.searchAppearance, row.page, row.clicks]));
      }
      return lines.sort();
    },
    async truth() {
      const { siteUrl } = unit;
      const query = new URLSearchParams({ siteUrl, date, dimensions: "searchAppearance,page" });
      const answer = await fetch(`${server.url}/sample/truth?${query}`);
      const { rows } = TruthSchema.parse(await answer.json());
      return rows.map(({ keys, clicks }) => JSON.stringify([...keys, clicks])).sort();
    },
    fail: (rules: readonly object[]) =>
      fetch(`${server.url}/sample/faults`, { method: "POST", body: JSON.stringify(rules) }),
  };
}

describe("a unit by search appearance and page", () => {
  test("holds every appearance's rows, as the server has them", async () => {
    const world = await aWorld();
    expect((await world.fetch(1)).kind).toBe("done");
    const [visible, truth] = [await world.visible(), await world.truth()];
    expect(truth.length).toBeGreaterThan(100);
    expect(visible.join("\n") === truth.join("\n")).toBe(true);
  });

  test("claims each of its requests, and its record says what they were", async () => {
    const world = await aWorld();
    const outcome = await world.fetch(1);
    if (outcome.kind !== "done") throw new Error(outcome.kind);
    const { pages, rows, fetchedRows, shape } = outcome.record;
    expect(pages.map(({ searchAppearance = "the list" }) => searchAppearance).sort()).toEqual(
      ["NEWS_SHOWCASE", "PRODUCT_SNIPPETS", "VIDEO", "the list"].sort(),
    );
    expect(world.server.seen().requests).toBe(4);
    expect(await world.claimed()).toBe(4);
    expect(fetchedRows).toBe(rows);
    expect(shape?.dimensions).toEqual(["searchAppearance", "page"]);
  });

  test("shows all or nothing: when one appearance fails, the unit keeps what it had", async () => {
    const world = await aWorld();
    await world.fetch(1);
    const before = await world.visible();
    // Some lists come, some first appearances too; the rest is refused for good.
    await world.fail([{ kind: "403-forbidden", share: 0.6 }]);
    for (let token = 2; token < 8; token += 1) await world.fetch(token);
    expect(world.server.seen().list.some(({ fault }) => fault !== undefined)).toBe(true);
    expect((await world.visible()).join("\n") === before.join("\n")).toBe(true);
  });

  test("names the appearance that Google lists and then refuses, and fails as a whole", async () => {
    let asked = "";
    const sample = await sampleFetch("search_appearance_pages", date, Date.now, (real) => ({
      async fetchPage(request, signal) {
        const [filter] = request.report.dimensionFilterGroups?.at(-1)?.filters ?? [];
        if (filter === undefined || asked === "") {
          asked = filter?.expression ?? "";
          return real.fetchPage(request, signal);
        }
        asked = filter.expression;
        throw failure({ kind: "invalid" });
      },
    }));
    const outcome = await sample.fetch(1);
    const error = `search appearance ${asked}: Google says invalid`;
    expect(outcome).toMatchObject({ kind: "failed", final: true, error });
    const { siteUrl } = sample.unit;
    expect(await sample.rows.readUnits({ siteUrl, from: date, to: date })).toEqual([]);
  });

  test("sends a request again that failed in passing, and no other", async () => {
    const world = await aWorld();
    await world.fail([{ kind: "500", times: 1 }]);
    expect((await world.fetch(1)).kind).toBe("done");
    expect(world.server.seen().requests).toBe(5);
  });
});
