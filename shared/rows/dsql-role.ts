import * as z from "zod";

/**
 * A role of an Aurora DSQL cluster, and the IAM principals that may connect as it. The patterns are
 * strict because these statements take no parameters: what passes needs no quoting.
 */
export const DsqlRoleSchema = z.object({
  role: z.string().regex(/^[a-z][a-z0-9_]{0,62}$/, "is not a role's name"),
  principals: z
    .array(
      z
        .string()
        .regex(
          /^arn:aws[a-z-]*:iam::\d{12}:(role|user)\/[\w+=,.@/-]+$/,
          "is not the ARN of an IAM role or user",
        ),
    )
    .min(1),
});

export type DsqlRole = z.infer<typeof DsqlRoleSchema>;
