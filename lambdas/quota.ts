import { neededVariable } from "../shared/config/environment.ts";
import { environmentNames } from "../shared/config/names.ts";
import type { Run } from "../shared/ledger/run.ts";
import { systemClock } from "../shared/lib/system-clock.ts";
import { dynamoQuota } from "../shared/quota/dynamo-quota.ts";
import type { AccountSigner, QuotaScope, QuotaSettings } from "../shared/quota/quota.ts";
import { quotaScopes } from "../shared/quota/scopes.ts";
import { documents, environment } from "./container.ts";

export const quota = dynamoQuota({
  documents,
  tableName: neededVariable(environment.quotaTable, environmentNames.quotaTable),
  clock: systemClock,
});

/** The scopes that a run's requests count in. */
export function scopesOf(
  run: Run,
  settings: QuotaSettings,
  signers: readonly AccountSigner[],
): readonly QuotaScope[] {
  const { siteUrl, accountId, qpm } = run;
  const owners = { siteUrl, accountId, projectId: environment.stage, qpm: qpm ?? undefined };
  return quotaScopes(owners, settings, signers);
}
