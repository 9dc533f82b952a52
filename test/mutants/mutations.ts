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
  ...of("shared/ledger/transitions/renew-lease.ts", "test/ledger/transitions.test.ts", [
    ["hold?.token !== take.token", "hold === undefined"],
    ['if (run.status !== "running") return unchanged("halting");', ""],
  ]),
  ...of("shared/ledger/transitions/submit-batch.ts", "test/ledger/transitions.test.ts", [
    [
      "run.inFlight[take.batchId]?.token !== take.token",
      "run.inFlight[take.batchId] === undefined",
    ],
  ]),
  ...of("shared/ledger/transitions/return-batch.ts", "test/ledger/transitions.test.ts", [
    [
      "run.inFlight[take.batchId]?.token !== take.token",
      "run.inFlight[take.batchId] === undefined",
    ],
  ]),
  ...of("shared/ledger/transitions/release-holds.ts", "test/ledger/transitions.test.ts", [
    ["Math.max(token, after)", "token"],
  ]),
  ...of("shared/ledger/dynamo-batches.ts", "test/ledger/dynamo-ledger.test.ts", [
    [
      '"attribute_not_exists(#token) OR #token <= :token"',
      '"attribute_not_exists(#token) OR #token <> :token"',
    ],
    ['ConditionExpression: "#token <= :token"', 'ConditionExpression: "attribute_exists(#token)"'],
  ]),
  ...of("shared/ledger/dynamo-ledger.ts", "test/ledger/dynamo-ledger.test.ts", [
    ["OR #last < :now", "OR #last <= :now"],
  ]),
  ...of("shared/ledger/batch.ts", "test/ledger/batch.test.ts", [
    ['unit.begun && unit.status === "pending"', 'unit.begun && unit.status === "failed"'],
    ["attempts >= defaultMaxAttempts", "attempts > defaultMaxAttempts"],
  ]),
  ...of("shared/sync/fetch/lease-watch.ts", "test/sync/fetch/lease-watch.test.ts", [
    ["else if (clock.nowMs() >= goodUntilMs)", "else if (clock.nowMs() < 0)"],
  ]),
  // A run is carried once, sends what it may, and ends as what it is.
  ...of("shared/ledger/transitions/dispatch-run.ts", "test/ledger/transitions.test.ts", [
    ["hold.untilMs <= nowMs", "hold.untilMs < 0"],
    [
      "closure === null ? sendLimit(run, input.lever, input.inFlight) : 0",
      "sendLimit(run, input.lever, input.inFlight)",
    ],
    ["if (workers <= 1 || workers < lever)", "if (workers < lever)"],
    ["if (run.execution !== input.execution) return", "if (run.execution === null) return"],
  ]),
  ...of("shared/ledger/transitions/hand-over-run.ts", "test/ledger/transitions.test.ts", [
    ['if (run.execution !== input.execution) return unchanged({ kind: "superseded" });', ""],
  ]),
  ...of("shared/ledger/transitions/finish-run.ts", "test/ledger/transitions.test.ts", [
    ["if (unaccounted !== 0)", "if (unaccounted < 0)"],
  ]),
  ...of("shared/sync/fetch/halt-on-failure.ts", "test/sync/fetch/work-batch.test.ts", [
    ["!run.haltOnFailure ||", ""],
  ]),
  // A property's days have one writer; the lever holds.
  ...of("shared/ledger/property-lock.ts", "test/ledger/property-lock.test.ts", [
    ["holder !== runId && untilMs > nowMs", "holder !== runId"],
    ["a.from <= b.to && b.from <= a.to", "a.from < b.to && b.from < a.to"],
    [
      "!(asking.keepAutoSync && holder.keepAutoSync)",
      "!(asking.keepAutoSync || holder.keepAutoSync)",
    ],
  ]),
  ...of("shared/ledger/worker-slots.ts", "test/sync/fetch/with-worker-slot.test.ts", [
    ["others.length >= most", "others.length > most"],
    ["untilMs > nowMs", "untilMs > 0"],
  ]),
  // Outages cost no attempt, and are told.
  ...of("shared/sync/store-outage.ts", "test/sync/outage-kinds.test.ts", [
    ['error.code === "unavailable" || error.code === "contention"', 'error.code === "unavailable"'],
    ["if (error instanceof EventBusError) return true;", ""],
    ['return error.code === "store-failed";', "return true;"],
  ]),
  ...of("shared/sync/fetch/work-units.ts", "test/sync/store-outage.test.ts", [
    ["if (end.deferred?.outage !== true) end", "end"],
  ]),
  ...of("shared/ledger/outage-since.ts", "test/sync/store-outage.test.ts", [
    ["run.outageSinceMs ?? nowMs", "nowMs"],
    ['typeof run.outageSinceMs === "number" ? { ...run, outageSinceMs: null } : run', "run"],
  ]),
  ...of("lambdas/handlers/fetch-batch.ts", "test/lambdas/handlers/failed-take.test.ts", [
    ["if (outage !== null) telemetry.takeFailed(message, outage);", ""],
    ["if (message !== undefined) telemetry.takeFailed(message, failure.message);", ""],
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
  ...of("shared/quota/dynamo-quota-writes.ts", "test/quota/dynamo-quota.test.ts", [
    ['standingIsAsKnown: "#version = :version"', 'standingIsAsKnown: "#version >= :version"'],
    ["clause.headIsAsRead, clause.totalIsAsRead,", "clause.headIsAsRead,"],
  ]),
  ...of("shared/quota/refusal.ts", "test/support/stores/memory-quota.test.ts", [
    ["first.id !== propertyId &&", ""],
    ["if (same && refusal.retryAfterMs === null) {", "if (refusal.retryAfterMs === 0) {"],
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
  // A refusal that nobody knows stops one unit, and one that may pass stops nothing.
  ...of("shared/search-console/google-errors.ts", "test/search-console/google-errors.test.ts", [
    ['  return { kind: "invalid" };', '  return { kind: "forbidden" };'],
    ['if (!body.structured) return { kind: "transient", retryAfterMs };', ""],
    ["Math.min(failure.retryAfterMs, longestMs)", "failure.retryAfterMs"],
  ]),
  ...of("shared/sync/fetch/property-denied.ts", "test/registry/property.test.ts", [
    ["property.sinceMs <= askedMs", "property.sinceMs > 0"],
    ["property?.accountId === accountId &&", "property !== undefined &&"],
  ]),
  // Rows converge, each once; a reader sees one generation, which never changes.
  ...of("shared/rows/postgres-units.ts", "test/rows/postgres-row-store.test.ts", [
    ["generation = $2::bigint AND doomed_at IS NULL", "generation = $2::bigint"],
    ["WHERE unit.generation < EXCLUDED.generation", "WHERE true"],
    ["p.token > $2::bigint", "p.token < 0"],
  ]),
  ...of("shared/rows/postgres-generations.ts", "test/rows/postgres-row-store.test.ts", [
    ["if (registered?.flipped === true) throw closed(unit, generation);", ""],
    ["if (written < rowCount) throw", "if (written < 0) throw"],
  ]),
  ...of("shared/rows/postgres-sweep.ts", "test/rows/postgres-row-store.test.ts", [
    ["AND (g.flipped_at IS NULL OR g.generation < u.generation)", ""],
  ]),
  ...of("shared/rows/dynamo-units.ts", "test/rows/dynamo-row-store.test.ts", [
    ['"attribute_not_exists(#registration.doomedAtMs)",', ""],
    ["visible < :generation", "visible <> :generation"],
  ]),
  ...of("shared/rows/dynamo-generations.ts", "test/rows/dynamo-row-store.test.ts", [
    ["registration.flippedAtMs !== undefined ||", ""],
    ["isPurged(purge, { ...unit, generation })", "purge.token < 0"],
  ]),
  // What is purged stays away.
  ...of("shared/rows/postgres-purge.ts", "test/rows/postgres-purge.test.ts", [
    ["await doomGenerations(sql, now, selectBegun(sql), covered);", ""],
  ]),
  ...of("shared/rows/dynamo-purge.ts", "test/rows/dynamo-row-store.test.ts", [
    ["await putTombstone(table, purge);", ""],
  ]),
  ...of("shared/rows/lake/parquet-unit-keeper.ts", "test/rows/lake/parquet-row-store.test.ts", [
    ["isPurged(each, incoming)", "each.token < 0"],
  ]),
  ...of("shared/rows/purge.ts", "test/rows/lake/parquet-row-store.test.ts", [
    ["(older.before !== null && older.before <= newer.before)", "true"],
    ["unit.generation < purge.token &&", ""],
  ]),
  ...of("shared/sync/fetch/fetch-unit.ts", "test/sync/fetch/old-unit.test.ts", [
    ["outcome.record.rows === 0 ? await rowsToKeep(work, context) : undefined", "undefined"],
  ]),
  ...of("shared/rows/finality.ts", "test/rows/finality.test.ts", [
    ["ageDays >= delayDays", "ageDays >= delayDays - 1"],
    ["sibling.date > empty.date", "sibling.date !== empty.date"],
  ]),
  ...of("shared/rows/schema-version.ts", "test/rows/postgres-schema.test.ts", [
    ["(Math.floor(own / 1_000) + 1) * 1_000", "own + 1"],
  ]),
  ...of("shared/rows/dynamo-row-store.ts", "test/rows/dynamo-faults.test.ts", [
    ["if (!(found < firstUnknown)) {", "if (!(found <= rowsFormat)) {"],
    ["if (found >= rowsFormat) return;", "if (found === rowsFormat) return;"],
  ]),
  ...of("shared/rows/keyed-rows.ts", "test/rows/keyed-rows.test.ts", [
    ["if (repeats) sorted.rows.pop();", "if (repeats) sorted.rows.length += 0;"],
  ]),
  ...of("shared/rows/postgres-schema.ts", "test/rows/postgres-schema.test.ts", [
    ["if (found < firstUnknownVersion) return found;", "if (found >= 0) return found;"],
    ["if (readOnly) {", "if (readOnly === null) {"],
  ]),
  // Nobody else reads, pays or gets a secret.
  ...of(
    "shared/search-console/google-credential-text.ts",
    "test/search-console/token-url.test.ts",
    [
      ['hostname.endsWith(".googleapis.com")', 'hostname.endsWith("googleapis.com")'],
      ['return protocol === "https:" && google;', "return google;"],
    ],
  ),
  ...of(
    "shared/search-console/google-credential-file.ts",
    "test/search-console/google-account.test.ts",
    [["credentials.client_email.toLowerCase()", "credentials.client_email"]],
  ),
  ...of("shared/search-console/google-account.ts", "test/search-console/google-account.test.ts", [
    ["if (headers.authorization !== given) return;", ""],
    ["asking ??= ask()", "asking = ask()"],
  ]),
  ...of("shared/search-console/root-url.ts", "test/search-console/root-url.test.ts", [
    ['url.protocol === "http:" && !isLoopback(text)', 'url.protocol === "ftp:"'],
    ["{1,3}){3}$/", "{1,3}){3}/"],
  ]),
  ...of("shared/search-console/redact.ts", "test/search-console/redact.test.ts", [
    ["|client_secret|", "|"],
    ["(Bearer|Basic)", "(Basic)"],
    ["(ya29\\.|", "("],
    ["[?#]\\S*", "[?]\\S*"],
  ]),
  ...of("local/home/control-port.ts", "test/local/home/control-port.test.ts", [
    ["if (refusing || !hello.success", "if (!hello.success"],
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
    ["read !== undefined && !/[\\p{C}\\p{Z}\\u00ad]/u.test(text)", "read !== undefined"],
    ['host?.includes(".") ?', "host !== undefined ?"],
  ]),
];

function of(
  file: string,
  test: string,
  changes: readonly (readonly [from: string, to: string])[],
): readonly Mutation[] {
  return changes.map(([from, to]) => ({ file, from, to, tests: [test] }));
}
