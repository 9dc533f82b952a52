import type { Property } from "../../../shared/registry/property.ts";
import { type Account, credentialSourceText } from "../../../shared/request/account.ts";
import type { Canvas } from "./columns.ts";
import { localTime } from "./format.ts";
import { table } from "./table.ts";
import { oneLine } from "./text-width.ts";

export type RegistryView = {
  readonly properties: readonly Property[];
  readonly accounts: readonly Account[];
};

/** Properties, why one is quarantined under the table, and where accounts have their credentials. */
export function registryText({ properties, accounts }: RegistryView, canvas: Canvas): string {
  const blocks = [
    properties.length === 0 && accounts.length === 0
      ? "No property is registered. Register one: gsc-sync properties add --site-url sc-domain:example.com"
      : undefined,
    properties.length > 0 ? propertiesTable(properties, canvas) : undefined,
    ...quarantineLines(properties),
    accounts.length > 0
      ? `${properties.length > 0 ? "\n" : ""}${table(
          ["account", "credentials"],
          accounts.map(({ accountId, credentials }) => [
            accountId,
            credentialSourceText(credentials),
          ]),
          canvas,
        )}`
      : undefined,
  ];
  return blocks.filter((block) => block !== undefined).join("\n");
}

/** One line a quarantined property: why, since when, and how to end it. */
export function quarantineLines(properties: readonly Property[]): readonly string[] {
  return properties
    .filter(({ status }) => status === "quarantined")
    .map(
      ({ siteUrl, reason, sinceMs }) =>
        `✖ ${oneLine(siteUrl)} is quarantined since ${localTime(sinceMs, Date.now())}: ${oneLine(reason ?? "")} Fix it, then: gsc-sync properties resume ${oneLine(siteUrl)}`,
    );
}

export function registryJson({ properties, accounts }: RegistryView) {
  return { properties: properties.map(propertyJson), accounts };
}

export function propertyJson({ sinceMs, ...property }: Property) {
  return { ...property, since: new Date(sinceMs).toISOString() };
}

function propertiesTable(properties: readonly Property[], canvas: Canvas): string {
  return table(
    ["property", "account", "status", "reports", "qpm", "workers"],
    properties.map(({ siteUrl, accountId, status, reports, qpm, concurrency }) => [
      siteUrl,
      accountId,
      status,
      reports.join(", "),
      qpm ?? "default",
      concurrency ?? "default",
    ]),
    canvas,
  );
}
