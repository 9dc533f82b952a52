export type Mutation = {
  readonly file: string;
  /** Stands once in the file. */
  readonly from: string;
  readonly to: string;
  /** The tests nearest to it. */
  readonly tests: readonly string[];
};

/** Invariants, and what would break each. */
export const mutations: readonly Mutation[] = [
  // One take has a batch.
  ...of("shared/ledger/transitions/take-batch.ts", "test/ledger/transitions.test.ts", [
    ["take.token <= (hold.after ?? 0)", "take.token < (hold.after ?? 0)"],
    ["hold.token > 0 && hold.untilMs > nowMs", "hold.token > 0 && hold.untilMs < nowMs"],
    ["if (hold.token > take.token)", "if (hold.token < 0)"],
    ['if (run.status !== "running") return unchanged("stopped");', ""],
  ]),
  ...of("shared/ledger/dynamo-entries.ts", "test/registry", [
    ['version === 0 ? "attribute_not_exists(pk)" : "#version = :version"', '"#version = :version"'],
  ]),
  // Outages cost no attempt.
  ...of("shared/sync/store-outage.ts", "test/sync/outage-kinds.test.ts", [
    ['error.code === "unavailable" || error.code === "contention"', 'error.code === "unavailable"'],
  ]),
  ...of("shared/rows/postgres-sql.ts", "test/rows/postgres-sql.test.ts", [
    ["(25006|28|3D|3F|42501|42P01|55|58|XX)", "(25007)"],
  ]),
  // Google's line is never crossed.
  ...of("shared/quota/window.ts", "test/quota/window", [
    ["rolled.total > budget - requests", "rolled.total > budget"],
    ["rolled.headCount > burst - requests", "rolled.headCount > burst"],
    ["if (steps <= 0) return window;", "if (steps < 0) return window;"],
    ["clockDifferenceMs) / subWindowMs + 1", "clockDifferenceMs) / subWindowMs - 1"],
  ]),
  ...of("shared/quota/window.ts", "test/support/stores/memory-quota.test.ts", [
    ["return (window.head - 1) * subWindowMs > nowMs + clockDifferenceMs;", "return false;"],
  ]),
  ...of("shared/quota/clock-stepped-back.ts", "test/support/stores/memory-quota.test.ts", [
    ["if (!same || nowMs - seen.sinceMs < quietMs) return null;", "return null;"],
  ]),
  ...of("shared/quota/dynamo-quota-writes.ts", "test/quota/dynamo-quota.test.ts", [
    ['":budgetRoom": budget - requests', '":budgetRoom": budget'],
    ['":burstRoom": burst - requests', '":burstRoom": burst'],
  ]),
  ...of("shared/quota/refusal-doubt.ts", "test/quota/stray-refusals.test.ts", [
    ["other: 8", "other: 1"],
  ]),
  ...of("shared/quota/scopes.ts", "test/quota/scopes.test.ts", [
    ["scope.signer ?? scope.id", "scope.id"],
    ["lowest(own.map((each) => each.limit))", "own[0]?.limit"],
  ]),
  ...of("shared/quota/prefetched-grants.ts", "test/quota/prefetched-grants.test.ts", [
    ["grant.validUntilMs > nowMs + leastLeftMs", "grant.validUntilMs > nowMs - 60_000"],
  ]),
  // Absence is not proof.
  ...of("shared/search-console/google-page.ts", "test/search-console/google-page.test.ts", [
    ["if (rows.length === 0) proveEmpty(answer, aggregation);", ""],
    ["if (answer.error !== undefined) throw", "if (answer.error === 1) throw"],
  ]),
  ...of("shared/sync/fetch/request-page.ts", "test/sync/fetch/request-page.test.ts", [
    ["same.count >= failure.believedAfter", "same.count > failure.believedAfter"],
    ["if (refusals >= maxRefusals)", "if (refusals > 10 * maxRefusals)"],
  ]),
  // Rows converge, each once.
  ...of("shared/rows/keyed-rows.ts", "test/rows/keyed-rows.test.ts", [
    ["if (repeats) sorted.rows.pop();", "if (repeats) sorted.rows.length += 0;"],
  ]),
  ...of("shared/rows/postgres-schema.ts", "test/rows/postgres-schema.test.ts", [
    ["if (found < nextBreakingVersion) return found;", "if (found >= 0) return found;"],
    ["if (readOnly) {", "if (readOnly === null) {"],
  ]),
  // Nobody else reads, pays or gets a secret.
  ...of(
    "shared/search-console/google-credential-file.ts",
    "test/search-console/token-url.test.ts",
    [
      ['hostname.endsWith(".googleapis.com")', 'hostname.endsWith("googleapis.com")'],
      ['return protocol === "https:" && google;', "return google;"],
    ],
  ),
  ...of("shared/search-console/redact.ts", "test/search-console/redact.test.ts", [
    ["(Bearer|Basic)", "(Basic)"],
    ["(ya29\\.|", "("],
    ["[?#]\\S*", "[?]\\S*"],
  ]),
  ...of("local/home/control-port.ts", "test/local/home/control-port.test.ts", [
    ["!equalSecrets(hello.data.secret, secret)", "hello.data.secret === undefined"],
  ]),
  ...of("local/aws-servers/request-guard.ts", "test/pipeline/loopback-attacks.test.ts", [
    ["if (headers.origin !== undefined) return", "if (headers.origin === null) return"],
    ["(:\\d+)?$/.test(headers.host", "|/.test(headers.host"],
    ["return equalSecrets(given, key) ?", 'return given !== "" ?'],
  ]),
  // What comes in is bounded and has one name.
  ...of(
    "shared/search-console/google-bounded-fetch.ts",
    "test/search-console/google-bounded-fetch.test.ts",
    [["if (bytes > mostBytes) {", "if (bytes < 0) {"]],
  ),
  ...of("shared/sync/fetch/page-memory-budget.ts", "test/sync/fetch/page-memory-budget.test.ts", [
    ["held += Math.max(bytes - counted, 0);", ""],
  ]),
  ...of("shared/request/site-url.ts", "test/request/site-url.test.ts", [
    ['authority.includes("@")', "authority === undefined"],
    ["labels.every((label) =>", "labels.some((label) =>"],
  ]),
];

function of(
  file: string,
  test: string,
  changes: readonly (readonly [from: string, to: string])[],
): readonly Mutation[] {
  return changes.map(([from, to]) => ({ file, from, to, tests: [test] }));
}
