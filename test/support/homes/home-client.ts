import { readFileSync } from "node:fs";
import { localClientOptions } from "../../../local/aws-servers/local-names.ts";

/** Options of an AWS client of a home's server, by what `resources --json` prints. */
export function homeClientOptions(
  endpoint: string,
  { credentialsFile }: { readonly credentialsFile: string },
) {
  const [, key] = /aws_access_key_id = (\S+)/.exec(readFileSync(credentialsFile, "utf8")) ?? [];
  return localClientOptions(endpoint, key);
}
