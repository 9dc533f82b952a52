import { isDeepStrictEqual } from "node:util";
import type { Clients } from "../clients.ts";
import type { DeployedResource } from "./deployed-resources.ts";
import { readers, unread } from "./readers.ts";

export type Difference = {
  /** `AWS::DynamoDB::Table.TimeToLiveSpecification`: a top-level property of a type. */
  readonly property: string;
  readonly logicalId: string;
  readonly wanted: unknown;
  readonly found: unknown;
};

/** Which code, and tags, the services do not tell in their template's words. */
const notCompared = new Set(["Code", "Tags"]);

/** Asks each resource's service what it has, and lists what is not as the template says. */
export async function compareDeployed(
  clients: Clients,
  resources: readonly DeployedResource[],
): Promise<{ readonly compared: number; readonly differences: readonly Difference[] }> {
  const differences: Difference[] = [];
  let compared = 0;
  for (const resource of resources) {
    const { type, logicalId } = resource;
    const read = readers[type];
    if (read === undefined) {
      if (unread[type] === undefined) throw new Error(`${type} (${logicalId}) is not read back`);
      continue;
    }
    const found = await read(clients, resource);
    for (const [name, wanted] of Object.entries(resource.wanted)) {
      if (notCompared.has(name)) continue;
      compared += 1;
      if (isDeepStrictEqual(canonical(wanted), canonical(found[name]))) continue;
      differences.push({ property: `${type}.${name}`, logicalId, wanted, found: found[name] });
    }
  }
  return { compared, differences };
}

/** Equal for what means the same: order in lists of a template says nothing, nor do spaces in JSON. */
function canonical(value: unknown): unknown {
  if (typeof value === "string" && /^[{[]/.test(value)) return canonical(JSON.parse(value));
  if (Array.isArray(value)) {
    return value.map(canonical).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, canonical(each)]),
  );
}
