import { expect, test } from "vitest";
import {
  newProperty,
  pauseProperty,
  quarantineProperty,
  resumeProperty,
  withSettings,
} from "../../shared/registry/property.ts";
import { SearchConsoleError } from "../../shared/search-console/search-console-error.ts";
import { quarantining } from "../../shared/sync/fetch/quarantine.ts";
import { pacific } from "../support/samples/pacific.ts";
import { memoryRegistry } from "../support/stores/memory-registry.ts";

const siteUrl = "sc-domain:example.com";
const active = newProperty(siteUrl, 1);

test("registering again changes what is named and nothing else", () => {
  const quarantined = quarantineProperty({ ...active, qpm: 60 }, "forbidden", 5);
  expect(withSettings(siteUrl, quarantined, { accountId: "seo" }, 9)).toEqual({
    ...quarantined,
    accountId: "seo",
  });
});

test("a quarantine keeps its first reason and its time, until it is resumed", () => {
  const first = quarantineProperty(active, "forbidden", 5);
  expect(quarantineProperty(first, "unknown", 6)).toBe(first);
  expect(resumeProperty(first, 9)).toEqual({ ...active, sinceMs: 9 });
});

test("a pause that a person asked for is not turned into a quarantine", () => {
  const paused = pauseProperty(active, 5);
  expect(quarantineProperty(paused, "forbidden", 6)).toBe(paused);
  expect(resumeProperty(active, 9)).toBe(active);
});

const report = {
  id: "page_query",
  searchType: "web",
  dimensions: ["page", "query"],
  dataState: "final",
} as const;
const request = { siteUrl, report, date: pacific("2026-05-06"), startRow: 0 };

test.each([
  ["forbidden", "quarantined"],
  ["unknown-site", "quarantined"],
  ["credentials", "active"],
  ["invalid", "active"],
] as const)("Search Console's %s leaves the property %s", async (kind, status) => {
  const registry = memoryRegistry();
  await registry.changeProperty(siteUrl, () => active);
  const refusal = new SearchConsoleError("it says no", {
    failure: { kind },
    status: 403,
    reason: "x",
  });
  const refusing = { fetchPage: () => Promise.reject(refusal) };
  const watched = quarantining(refusing, active.accountId, registry, () => 7);
  const { signal } = new AbortController();
  await expect(watched.fetchPage(request, signal)).rejects.toBe(refusal);
  const property = await registry.readProperty(siteUrl);
  expect(property).toMatchObject({ status, reason: status === "active" ? null : "it says no" });
});

test("what another account may not read, or was asked before a resume, is no fault of the property", async () => {
  const registry = memoryRegistry();
  const refusal = new SearchConsoleError("it says no", {
    failure: { kind: "forbidden" },
    status: 403,
    reason: "x",
  });
  const { signal } = new AbortController();
  let nowMs = 7;
  await registry.changeProperty(siteUrl, () => active);
  const other = quarantining(
    { fetchPage: () => Promise.reject(refusal) },
    "another",
    registry,
    () => nowMs,
  );
  await expect(other.fetchPage(request, signal)).rejects.toBe(refusal);
  expect(await registry.readProperty(siteUrl)).toEqual(active);

  const late = quarantining(
    {
      async fetchPage() {
        nowMs = 9;
        await registry.changeProperty(siteUrl, () => ({ ...active, sinceMs: 8 }));
        throw refusal;
      },
    },
    active.accountId,
    registry,
    () => nowMs,
  );
  await expect(late.fetchPage(request, signal)).rejects.toBe(refusal);
  expect(await registry.readProperty(siteUrl)).toMatchObject({ status: "active", sinceMs: 8 });
});

test("a refusal registers nothing that was not registered", async () => {
  const registry = memoryRegistry();
  const refusal = new SearchConsoleError("no", {
    failure: { kind: "forbidden" },
    status: 403,
    reason: "x",
  });
  const refusing = { fetchPage: () => Promise.reject(refusal) };
  const watched = quarantining(refusing, active.accountId, registry, () => 7);
  const { signal } = new AbortController();
  await expect(watched.fetchPage(request, signal)).rejects.toBe(refusal);
  expect(await registry.listProperties()).toEqual([]);
});
