import { z } from "zod";

/** Days that CloudWatch keeps logs for, as it offers them. */
const retentionDays = [1, 3, 5, 7, 14, 30, 60, 90, 120, 180, 365] as const;

const EmailsSchema = z
  .array(z.email({ error: "is no e-mail address" }))
  .max(10)
  .default([]);

/**
 * What a stage's file says; what is absent has its default. Limits and the lever are those that the
 * stage starts with: `gsc-sync lever` changes them afterwards.
 */
export const StageSettingsSchema = z.strictObject({
  /** Where it is deployed to; absent: where the credentials of the deploy point. */
  account: z
    .string()
    .regex(/^\d{12}$/, { error: "is no account id: 12 digits, as text" })
    .exactOptional(),
  region: z
    .string()
    .regex(/^[a-z]{2,3}(-[a-z]+)+-\d$/, { error: "is no region like eu-central-1" })
    .exactOptional(),
  /** Workers at once: 1, 3 or 5 as rollout steps, 0 stops. */
  lever: z.int().min(0).max(5).default(3),
  /**
   * False where the account's concurrency limit leaves nothing to reserve (a new account may have
   * 10): then the event-source mapping and the ledger alone hold the lever.
   */
  reserveConcurrency: z.boolean().default(true),
  maxQueueSize: z.int().min(1).max(10_000).default(1_000),
  maxInFlight: z.int().min(1).max(100).default(10),
  /** Units that a worker fetches side by side; more where many accounts share a stage. */
  unitsAtOnce: z.int().min(1).max(20).default(5),
  /** Requests a minute granted to each property and account; absent: under 80 % of their limit. */
  qpm: z.int().min(1).max(1_200).exactOptional(),
  /** Data outlives its stack, and a table refuses to be deleted. */
  retainData: z.boolean(),
  pointInTimeRecovery: z.boolean().default(true),
  logRetentionDays: z.literal(retentionDays, {
    error: `is not one of ${retentionDays.join(", ")}`,
  }),
  /** X-Ray, for functions and state machines. */
  tracing: z.boolean().default(false),
  /** `postgres`: any, by the URL in a secret. */
  rowStore: z.enum(["dsql", "dynamodb", "postgres"]),
  nightly: z
    .strictObject({
      enabled: z.boolean().default(true),
      /** In Pacific time, as Search Console counts days. */
      at: z
        .string()
        .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: "is no time of day like 06:30" })
        .default("06:00"),
      /** Properties that are synced side by side; they share the workers that the lever allows. */
      propertiesAtOnce: z.int().min(1).max(40).default(5),
    })
    .prefault({}),
  /** Who is notified of an alarm, by severity. */
  alarms: z.strictObject({ warn: EmailsSchema, page: EmailsSchema }).prefault({}),
  /** Where on-call finds docs/runbook.md; an alarm's section is added as `#name`. */
  runbook: z.string().min(1).default("docs/runbook.md"),
});

export type StageSettings = z.infer<typeof StageSettingsSchema>;
