import type { Property } from "../../shared/registry/property.ts";
import type { Registry } from "../../shared/registry/registry.ts";
import { UsageError } from "../output/errors.ts";

/** @throws UsageError when the property is not registered */
export async function requireProperty(registry: Registry, siteUrl: string): Promise<Property> {
  const property = await registry.readProperty(siteUrl);
  if (property !== undefined) return property;
  throw new UsageError(
    `${siteUrl} is not registered: "gsc-sync properties list" shows what is, "gsc-sync properties add" registers it`,
  );
}
