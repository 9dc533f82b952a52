import { isAbsolute } from "node:path";
import * as z from "zod";

/**
 * The credentials that properties are read with. What stands here is where they are, never what
 * they are: the registry, the logs and the process list hold no secret.
 */
export const AccountSchema = z.object({
  accountId: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/, {
    error: "an account id has letters, digits and . _ @ - only, 64 at most",
  }),
  credentials: z.discriminatedUnion("kind", [
    /** A service account's key, a sign-in's token file, or an external account's configuration. */
    z.object({
      kind: z.literal("file"),
      path: z.string().refine(isAbsolute, { error: "the path of a credential file is absolute" }),
    }),
    /** A variable of the workers' environment that names such a file. */
    z.object({
      kind: z.literal("environment"),
      variable: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, {
        error: "is not the name of an environment variable",
      }),
    }),
  ]),
});

export type Account = z.infer<typeof AccountSchema>;
export type CredentialSource = Account["credentials"];

export const defaultAccountId = "default";

/** Where an account's credentials are, as a person reads it. */
export function credentialSourceText(source: CredentialSource): string {
  return source.kind === "file" ? source.path : `the file that $${source.variable} names`;
}
