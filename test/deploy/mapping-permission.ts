import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * The emulator judges who reads one event-source mapping as one who lists them. In the assembly that
 * it is given, a role that may do the one may do the other.
 */
export async function withListedMappings(assembly: string, stack: string): Promise<void> {
  const path = join(assembly, `${stack}.template.json`);
  const template = await readFile(path, "utf8");
  const get = '"lambda:GetEventSourceMapping"';
  await writeFile(path, template.replaceAll(get, `${get},"lambda:ListEventSourceMappings"`));
}
