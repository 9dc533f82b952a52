import { type Command, Option } from "commander";
import { UsageError } from "../output/errors.ts";
import { siteUrl } from "./options.ts";

/** A property as an argument or, as everywhere else, as `--site-url`. */
export function withPropertyArgument(command: Command): Command {
  return command
    .argument("[property]", "sc-domain:example.com or https://example.com/")
    .addOption(new Option("--site-url <property>", "the same, as an option"));
}

/** @throws UsageError when it is missing, given twice, or no property */
export function propertyOf(
  argument: string | undefined,
  options: { readonly siteUrl?: string | undefined },
): string {
  const given = givenProperty(argument, options);
  if (given === undefined)
    throw new UsageError("say which property: --site-url sc-domain:example.com");
  return siteUrl(given);
}

export function givenProperty(
  argument: string | undefined,
  options: { readonly siteUrl?: string | undefined },
): string | undefined {
  if (argument !== undefined && options.siteUrl !== undefined) {
    throw new UsageError("give the property once: as an argument, or with --site-url");
  }
  return argument ?? options.siteUrl;
}
