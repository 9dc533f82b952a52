import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { newProperty, type Property, quarantineProperty } from "../../shared/registry/property.ts";
import type { Registry } from "../../shared/registry/registry.ts";
import type { Account } from "../../shared/request/account.ts";

/** An empty registry that several clients may share. */
export type RegistryStore = { client(): Registry; close(): Promise<void> };

const siteUrl = "sc-domain:example.com";

/** What every implementation of {@link Registry} holds to. Stores are opened empty. */
export function describeRegistry(name: string, openStore: () => Promise<RegistryStore>): void {
  describe(`${name}: the registry contract`, () => {
    let store: RegistryStore;
    let registry: Registry;

    beforeEach(async () => {
      store = await openStore();
      registry = store.client();
    });
    afterEach(() => store.close());

    const put = (property: Property) => registry.changeProperty(property.siteUrl, () => property);

    test("is empty at first", async () => {
      expect(await registry.listProperties()).toEqual([]);
      expect(await registry.listAccounts()).toEqual([]);
      expect(await registry.readProperty(siteUrl)).toBeUndefined();
      expect(await registry.readAccount("seo")).toBeUndefined();
    });

    test("gives back what was put, listed by site URL", async () => {
      const url = {
        ...newProperty("https://xn--4ca.example/de/", 7),
        reports: ["page_query", "x"],
      };
      const domain: Property = { ...newProperty(siteUrl, 5), qpm: 60, concurrency: 1 };
      await put(domain);
      await put(url);
      expect(await registry.readProperty(siteUrl)).toEqual(domain);
      expect(await registry.listProperties()).toEqual([url, domain]);
    });

    test("keeps who signs for an account, the newest", async () => {
      expect(await registry.listSigners()).toEqual([]);
      await registry.noteSigner({ accountId: "seo", signer: "a@b.c" });
      await registry.noteSigner({ accountId: "blog", signer: "a@b.c" });
      await registry.noteSigner({ accountId: "seo", signer: "d@b.c" });
      expect(await registry.listSigners()).toEqual([
        { accountId: "blog", signer: "a@b.c" },
        { accountId: "seo", signer: "d@b.c" },
      ]);
    });

    test("changes what is there, and sees what is there", async () => {
      await put(newProperty(siteUrl, 5));
      const changed = await registry.changeProperty(siteUrl, (known) =>
        known === undefined ? undefined : quarantineProperty(known, "forbidden", 9),
      );
      expect(changed).toMatchObject({ status: "quarantined", reason: "forbidden", sinceMs: 9 });
      expect(await registry.readProperty(siteUrl)).toEqual(changed);
    });

    test("does not make a property of one that nobody registered", async () => {
      expect(await registry.changeProperty(siteUrl, (known) => known)).toBeUndefined();
      expect(await registry.listProperties()).toEqual([]);
    });

    test("removes a property, and takes it again", async () => {
      await put(newProperty(siteUrl, 5));
      expect(await registry.changeProperty(siteUrl, () => undefined)).toBeUndefined();
      expect(await registry.listProperties()).toEqual([]);
      await put(newProperty(siteUrl, 6));
      expect(await registry.readProperty(siteUrl)).toEqual(newProperty(siteUrl, 6));
    });

    test("loses no change of many at the same time", async () => {
      await put({ ...newProperty(siteUrl, 0), qpm: 1 });
      const clients = [registry, store.client()];
      await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          clients[index % 2]?.changeProperty(siteUrl, (known) =>
            known === undefined ? known : { ...known, qpm: (known.qpm ?? 0) + 1 },
          ),
        ),
      );
      expect((await registry.readProperty(siteUrl))?.qpm).toBe(21);
    });

    test("keeps accounts apart from properties, and holds where credentials are", async () => {
      const file: Account = {
        accountId: "seo",
        credentials: { kind: "file", path: "/keys/seo.json" },
      };
      const variable: Account = {
        accountId: "blog",
        credentials: { kind: "environment", variable: "BLOG_KEY" },
      };
      await registry.changeAccount("seo", () => file);
      await registry.changeAccount("blog", () => variable);
      await put(newProperty(siteUrl, 5));
      expect(await registry.listAccounts()).toEqual([variable, file]);
      expect(await registry.readAccount("seo")).toEqual(file);
      await registry.changeAccount("seo", () => undefined);
      expect(await registry.listAccounts()).toEqual([variable]);
      expect(await registry.listProperties()).toHaveLength(1);
    });
  });
}
