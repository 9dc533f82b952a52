import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";

/**
 * Adds a resource to a stack's template that cannot be made, and is tried after all the others: its
 * handler, the schema migration's, refuses what it is told.
 */
export async function withFailingResource(assembly: string, stack: string): Promise<void> {
  const path = join(assembly, `${stack}.template.json`);
  const template = TemplateSchema.parse(JSON.parse(await readFile(path, "utf8")));
  const resources = Object.values(template.Resources);
  const schema = resources.find(({ Type }) => Type === "Custom::RowStoreSchema");
  template.Resources.Failing = {
    Type: "Custom::Failing",
    DependsOn: Object.keys(template.Resources),
    Properties: { ServiceToken: schema?.Properties?.ServiceToken, dsqlRole: "no role" },
  };
  await writeFile(path, JSON.stringify(template));
}

const TemplateSchema = z.looseObject({
  Resources: z.record(
    z.string(),
    z.looseObject({
      Type: z.string(),
      Properties: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
});
