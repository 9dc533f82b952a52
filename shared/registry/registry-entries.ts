import * as z from "zod";
import { type Account, AccountSchema } from "../request/account.ts";
import { SiteUrlSchema } from "../request/site-url.ts";
import type { PropertySettings } from "./property.ts";

/** What a person registers: in a file, or with the options of one command. */
export type RegistryEntries = {
  readonly accounts: readonly Account[];
  readonly properties: readonly { readonly siteUrl: string; readonly settings: PropertySettings }[];
};

type EntriesOptions = {
  /** Makes a path absolute, from where the person stands. */
  readonly absolute: (path: string) => string;
  /** What is wrong with a report's id; undefined when there is such a report. */
  readonly reportFault: (id: string) => string | undefined;
};

/**
 * Reads `{accounts: {id: {file} | {variable}}, properties: [{siteUrl, accountId, reports, qpm,
 * concurrency}]}`. Either there is no fault and all of it can be registered, or every fault is
 * named and none of it is.
 */
export function parseRegistryEntries(
  input: unknown,
  options: EntriesOptions,
): { readonly entries: RegistryEntries; readonly faults: readonly string[] } {
  const parsed = entriesSchema(options).safeParse(input);
  if (parsed.success) return { entries: parsed.data, faults: [] };
  const faults = parsed.error.issues.map(faultText);
  return { entries: { accounts: [], properties: [] }, faults: [...new Set(faults)] };
}

/** Our own messages say all; the library's need the place. */
function faultText(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_key") return issue.issues[0]?.message ?? issue.message;
  const foreign = /^(Unrecognized|Invalid)/.test(issue.message);
  return foreign ? [issue.path.join("."), issue.message].filter(Boolean).join(": ") : issue.message;
}

/** The credential files that an input names, whatever else is wrong with it. */
export function credentialFilesOf(input: unknown, absolute: EntriesOptions["absolute"]) {
  const { accounts = {} } = FilesSchema.safeParse(input).data ?? {};
  return Object.values(accounts).flatMap(({ file }) => (file === undefined ? [] : absolute(file)));
}

const FilesSchema = z.object({
  accounts: z.record(z.string(), z.object({ file: z.string().min(1).optional() })).optional(),
});

function entriesSchema({ absolute, reportFault }: EntriesOptions) {
  const reports = z.array(
    z.string().superRefine((id, context) => {
      const message = reportFault(id);
      if (message !== undefined) context.addIssue({ code: "custom", message });
    }),
  );
  const property = z
    .strictObject({
      siteUrl: z.string({ error: "a property has a siteUrl" }).pipe(SiteUrlSchema),
      accountId: AccountSchema.shape.accountId.exactOptional(),
      reports: reports.min(1, "a property has at least one report").exactOptional(),
      qpm: wholeNumber("qpm", 1_200).nullable().exactOptional(),
      concurrency: wholeNumber("concurrency", 5).nullable().exactOptional(),
    })
    .transform(({ siteUrl, ...settings }) => ({ siteUrl, settings }));
  return z.strictObject({
    accounts: z
      .record(AccountSchema.shape.accountId, SourceSchema)
      .default({})
      .transform((accounts) =>
        Object.entries(accounts).map(([accountId, source]): Account => {
          if ("variable" in source) {
            const { variable } = source;
            return { accountId, credentials: { kind: "environment", variable } };
          }
          return { accountId, credentials: { kind: "file", path: absolute(source.file) } };
        }),
      ),
    properties: z.array(property).default([]).superRefine(refuseTwice),
  });
}

const [, environmentSource] = AccountSchema.shape.credentials.options;

const SourceSchema = z.union(
  [
    z.strictObject({ file: z.string().min(1) }),
    z.strictObject({ variable: environmentSource.shape.variable }),
  ],
  { error: "an account has a file, or a variable that names one, and nothing else" },
);

function wholeNumber(name: string, most: number) {
  const error = `${name} is a whole number from 1 to ${most}`;
  return z.int({ error }).min(1, error).max(most, error);
}

function refuseTwice(
  properties: readonly { readonly siteUrl: string }[],
  context: z.core.$RefinementCtx,
): void {
  const siteUrls = properties.map(({ siteUrl }) => siteUrl);
  for (const siteUrl of siteUrls.filter((url, index) => siteUrls.indexOf(url) !== index)) {
    context.addIssue({ code: "custom", message: `${siteUrl} is there twice` });
  }
}
