import { expect, test } from "vitest";
import {
  newProperty,
  pauseProperty,
  quarantineProperty,
  resumeProperty,
  withSettings,
} from "../../shared/registry/property.ts";
import { quarantineDenied } from "../../shared/sync/fetch/property-denied.ts";
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

test("what Search Console denies to its account is quarantined, with the reason", async () => {
  const registry = memoryRegistry();
  await registry.changeProperty(siteUrl, () => active);
  await quarantineDenied(registry, () => 7)(active, "it says no", 7);
  const property = await registry.readProperty(siteUrl);
  expect(property).toMatchObject({ status: "quarantined", reason: "it says no", sinceMs: 7 });
});

test("what another account may not read, or was asked before a resume, is no fault of the property", async () => {
  const registry = memoryRegistry();
  const quarantine = quarantineDenied(registry, () => 9);
  await registry.changeProperty(siteUrl, () => active);
  await quarantine({ siteUrl, accountId: "another" }, "it says no", 9);
  expect(await registry.readProperty(siteUrl)).toEqual(active);

  await registry.changeProperty(siteUrl, () => ({ ...active, sinceMs: 8 }));
  await quarantine(active, "it says no", 7);
  expect(await registry.readProperty(siteUrl)).toMatchObject({ status: "active", sinceMs: 8 });
});

test("a refusal registers nothing that was not registered", async () => {
  const registry = memoryRegistry();
  await quarantineDenied(registry, () => 7)(active, "no", 7);
  expect(await registry.listProperties()).toEqual([]);
});
