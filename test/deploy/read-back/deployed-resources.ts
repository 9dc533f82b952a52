import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DescribeStackResourcesCommand, ListExportsCommand } from "@aws-sdk/client-cloudformation";
import { z } from "zod";
import type { Clients } from "../clients.ts";
import { type DeployedNames, resolveValue } from "./resolve-template.ts";

/** A resource as its template wants it, its references resolved. */
export type DeployedResource = {
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
  readonly wanted: Readonly<Record<string, unknown>>;
};

/** What the stacks of an assembly have deployed. */
export async function deployedResources(
  { cloudFormation }: Pick<Clients, "cloudFormation">,
  assembly: string,
  stacks: readonly string[],
): Promise<readonly DeployedResource[]> {
  const { Exports = [] } = await cloudFormation.send(new ListExportsCommand({}));
  const exports = new Map(Exports.map(({ Name = "", Value = "" }) => [Name, Value]));
  const found = await Promise.all(
    stacks.map(async (stack) => {
      const template = await readTemplate(assembly, stack);
      const { StackResources = [] } = await cloudFormation.send(
        new DescribeStackResourcesCommand({ StackName: stack }),
      );
      const resources: DeployedNames["resources"] = new Map(
        StackResources.map(({ LogicalResourceId, ResourceType, PhysicalResourceId }) => [
          LogicalResourceId ?? "",
          { type: ResourceType ?? "", physicalId: PhysicalResourceId ?? "" },
        ]),
      );
      return Object.entries(template.Resources).map(([logicalId, { Type, Properties }]) => ({
        logicalId,
        type: Type,
        physicalId: resources.get(logicalId)?.physicalId ?? "",
        wanted: PropertiesSchema.parse(resolveValue(Properties, { resources, exports })),
      }));
    }),
  );
  return found.flat();
}

async function readTemplate(assembly: string, stack: string) {
  const text = await readFile(join(assembly, `${stack}.template.json`), "utf8");
  return TemplateSchema.parse(JSON.parse(text));
}

const PropertiesSchema = z.record(z.string(), z.unknown());

const TemplateSchema = z.object({
  Resources: z.record(
    z.string(),
    z.object({ Type: z.string(), Properties: PropertiesSchema.default({}) }),
  ),
});
