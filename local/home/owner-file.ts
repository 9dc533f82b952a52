import { readFile, rm } from "node:fs/promises";
import { z } from "zod";
import { StackEndpointsSchema } from "./stack.ts";
import { writeFileWhole } from "./write-file-whole.ts";

/** `endpoints.json`: how other commands reach the owner. It holds a secret; only its user reads it. */
const OwnerFileSchema = z.object({
  pid: z.int(),
  controlPort: z.int(),
  controlSecret: z.string(),
  endpoints: StackEndpointsSchema,
  handlerEnvironment: z.record(z.string(), z.string()),
});

export type OwnerFile = z.infer<typeof OwnerFileSchema>;

export async function writeOwnerFile(file: string, owner: OwnerFile): Promise<void> {
  await writeFileWhole(file, `${JSON.stringify(owner, null, 2)}\n`);
}

/** Undefined when nobody has written one that this version reads. */
export async function readOwnerFile(file: string): Promise<OwnerFile | undefined> {
  try {
    return OwnerFileSchema.parse(JSON.parse(await readFile(file, "utf8")));
  } catch {
    return undefined;
  }
}

export async function removeOwnerFile(file: string): Promise<void> {
  await rm(file, { force: true });
}
