import { Option } from "commander";
import { type FaultRule, faultKinds } from "../../sample-search-console/faults.ts";
import type { Tokens } from "../../sample-search-console/sign-in.ts";
import { UsageError } from "../output/errors.ts";

/** `--fault 503:0.05`; may be given several times. */
export function faultOption(): Option {
  return new Option(
    "--fault <kind:share>",
    `let a share of the queries go wrong, like 503:0.05; may be given several times (${faultKinds.join(", ")})`,
  ).argParser((text: string, earlier: readonly FaultRule[] | undefined) => {
    const [name = "", share = "1", ...more] = text.split(":");
    const kind = faultKinds.find((each) => each === name);
    const isShare = /^(0|1|0?\.\d+|1\.0+)$/.test(share);
    if (kind === undefined || !isShare || more.length > 0) {
      throw new UsageError(
        `--fault ${text} is not a fault: write a kind and a share from 0 to 1, like 503:0.05 (kinds: ${faultKinds.join(", ")})`,
      );
    }
    return [...(earlier ?? []), { kind, share: Number(share) }];
  });
}

/** `--token T` opens every property, `--token T=SITE,SITE` those. */
export function tokenOption(): Option {
  return new Option(
    "--token <token>",
    "let in only those with this bearer token; T=SITE,SITE opens these properties only",
  ).argParser((text: string, earlier: Tokens | undefined) => {
    const [token = "", ...sites] = text.split("=");
    if (token === "") throw new UsageError("--token is empty: write one, or leave it out");
    const opens: Tokens[string] = sites.length === 0 ? "all" : sites.join("=").split(",");
    return { ...earlier, [token]: opens };
  });
}
