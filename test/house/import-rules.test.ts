import { spawnSync } from "node:child_process";
import { cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const repository = join(import.meta.dirname, "../..");

/** A file of the house that the linter must refuse, and the rule by which it does. */
type Violation = { readonly file: string; readonly code: string; readonly rule: string };

const refusedImports: readonly (readonly [file: string, specifier: string])[] = [
  ["shared/ledger/planted.ts", "./dynamo-ledger.ts"],
  ["shared/ledger/planted.ts", "../quota/dynamo-quota.ts"],
  ["shared/sync/plan/planted.ts", "../rows/postgres-row-store.ts"],
  ["shared/sync/plan/planted.ts", "../search-console/google-search-console.ts"],
  ["shared/sync/fetch/planted.ts", "../queue/sqs-batches.ts"],
  ["shared/sync/fetch/planted.ts", "../events/eventbridge-event-bus.ts"],
  ["shared/operations/lever/planted.ts", "./lambda-worker-limits.ts"],
  ["shared/ledger/planted.ts", "../telemetry/cloudwatch-metric-source.ts"],
  ["shared/quota/planted.ts", "@aws-sdk/client-dynamodb"],
  ["shared/rows/planted.ts", "pg"],
  ["shared/sync/fetch/planted.ts", "@googleapis/searchconsole"],
  ["shared/sync/plan/planted.ts", "node:http"],
  ["shared/sync/plan/planted.ts", "../../lambdas/handlers/plan-run.ts"],
  ["shared/sync/plan/planted.ts", "../../cli/gsc-sync.ts"],
  ["shared/sync/plan/planted.ts", "../../local/home/home.ts"],
  ["shared/sync/plan/planted.ts", "../../infra/stages/stages.ts"],
  ["shared/sync/plan/planted.ts", "../../dashboards/widgets.ts"],
  ["shared/ledger/dynamo-planted.ts", "../../lambdas/handlers/plan-run.ts"],
  ["shared/rows/postgres-planted.ts", "../../local/home/home.ts"],
  ["shared/search-console/google-planted.ts", "../../cli/gsc-sync.ts"],
  ["shared/ledger/sqs-planted.ts", "../../infra/stages/stages.ts"],
  ["shared/events/eventbridge-planted.ts", "../../local/home/home.ts"],
  ["shared/operations/lever/lambda-planted.ts", "../../infra/stages/stages.ts"],
  ["shared/telemetry/cloudwatch-planted.ts", "../../cli/stage/open-stage.ts"],
  ["lambdas/planted.ts", "../cli/gsc-sync.ts"],
  ["lambdas/planted.ts", "../local/home.ts"],
  ["lambdas/planted.ts", "../infra/stages.ts"],
  ["local/planted.ts", "../cli/gsc-sync.ts"],
  ["local/planted.ts", "../lambdas/plan-run.ts"],
  ["local/planted.ts", "../infra/sync-state-machine.ts"],
  ["local/planted.ts", "aws-cdk-lib"],
  ["sample-search-console/planted.ts", "../../cli/gsc-sync.ts"],
  ["cli/planted.ts", "../lambdas/plan-run.ts"],
  ["cli/commands/planted.ts", "../../infra/stages/stages.ts"],
  ["infra/planted.ts", "../shared/ledger/ledger.ts"],
  ["infra/constructs/planted.ts", "../../shared/quota/quota.ts"],
  ["infra/planted.ts", "../shared/config/environment.ts"],
  ["infra/planted.ts", "../lambdas/plan-run.ts"],
  ["infra/planted.ts", "../local/home.ts"],
  ["dashboards/planted.ts", "../shared/rows/row-store.ts"],
];

const legalImports: readonly (readonly [file: string, specifier: string])[] = [
  ["shared/ledger/legal-a.ts", "../request/unit.ts"],
  ["shared/ledger/dynamo-legal.ts", "@aws-sdk/lib-dynamodb"],
  ["shared/operations/lever/lambda-legal.ts", "@aws-sdk/client-lambda"],
  ["shared/telemetry/cloudwatch-legal.ts", "@aws-sdk/client-cloudwatch"],
  ["shared/rows/postgres-legal.ts", "./postgres-sql.ts"],
  ["shared/rows/postgres-legal-b.ts", "pg"],
  ["shared/search-console/google-legal.ts", "@googleapis/searchconsole"],
  ["lambdas/legal-a.ts", "../shared/ledger/dynamo-ledger.ts"],
  ["local/legal-a.ts", "../shared/config/names.ts"],
  ["cli/commands/legal-a.ts", "../../local/home/home.ts"],
  ["cli/commands/legal-b.ts", "../../shared/rows/postgres-row-store.ts"],
  ["infra/legal-a.ts", "../shared/config/names.ts"],
  ["infra/stacks/legal-b.ts", "../../shared/ledger/batch-message.ts"],
  ["infra/legal-c.ts", "../shared/config/function-timeouts.ts"],
  ["infra/constructs/legal-d.ts", "../../shared/config/stage-description.ts"],
  ["dashboards/legal-a.ts", "../shared/telemetry/thresholds.ts"],
  ["test/sync/plan/legal-a.ts", "../../local/home/home.ts"],
];

const ways: readonly (readonly [way: string, code: (specifier: string) => string])[] = [
  ["import", (from) => `import { a } from "${from}";\nexport const b = a;\n`],
  ["import type", (from) => `import type { A } from "${from}";\nexport type B = A;\n`],
  ["dynamic import", (from) => `export const a = await import("${from}");\n`],
  ["re-export", (from) => `export { a } from "${from}";\n`],
];

const environmentReaders = ["shared/config/legal-env.ts", "cli/legal-env.ts", "local/legal-env.ts"];
const environmentRead = `export const home = process.env.HOME;\n`;

const otherViolations: readonly Violation[] = [
  ...["shared/plan", "shared/ledger", "lambdas", "infra"].map((folder) => ({
    file: `${folder}/planted-env.ts`,
    code: environmentRead,
    rule: "lint/style/noProcessEnv",
  })),
  {
    file: "shared/sync/plan/ring-a.ts",
    code: `import { b } from "./ring-b.ts";\nexport const a = () => b;\n`,
    rule: "lint/suspicious/noImportCycles",
  },
];

let copy = "";
/** What the linter said, by file. */
let found: ReadonlyMap<string, readonly string[]>;

const violations: readonly Violation[] = [
  ...refusedImports.flatMap(([file, specifier], index) =>
    ways.map(([, code], way) => ({
      file: file.replace("planted", `planted-${index}-${way}`),
      code: code(specifier),
      rule: "lint/style/noRestrictedImports",
    })),
  ),
  ...otherViolations,
];

beforeAll(async () => {
  copy = await realpath(await mkdtemp(join(tmpdir(), "gsc-sync-house-")));
  await cp(join(repository, "biome.json"), join(copy, "biome.json"));
  await symlink(join(repository, "node_modules"), join(copy, "node_modules"));
  await writeFile(join(copy, ".gitignore"), "node_modules\n");
  for (const { file, code } of violations) await plant(file, code);
  await plant(
    "shared/sync/plan/ring-b.ts",
    `import { a } from "./ring-a.ts";\nexport const b = () => a;\n`,
  );
  for (const [file, specifier] of legalImports) {
    await plant(file, `import { a } from "${specifier}";\nexport const b = a;\n`);
  }
  for (const file of environmentReaders) await plant(file, environmentRead);
  found = lint();
});
afterAll(async () => {
  await rm(copy, { recursive: true, force: true });
});

describe("the linter refuses", () => {
  test.each(refusedImports.map(([file, specifier], index) => ({ file, specifier, index })))(
    "$specifier in $file, however it is imported",
    ({ file, index }) => {
      for (const [way, [name]] of ways.entries()) {
        const planted = file.replace("planted", `planted-${index}-${way}`);
        expect(found.get(planted) ?? [], `${name} in ${planted}`).toContain(
          "lint/style/noRestrictedImports",
        );
      }
    },
  );

  test.each(otherViolations)("$rule in $file", ({ file, rule }) => {
    expect(found.get(file)).toContain(rule);
  });
});

describe("the linter lets pass", () => {
  test.each(legalImports.map(([file, specifier]) => ({ file, specifier })))(
    "$specifier in $file",
    ({ file }) => {
      expect(found.get(file) ?? []).toEqual([]);
    },
  );

  test.each(environmentReaders)("the environment read in %s", (file) => {
    expect(found.get(file) ?? []).toEqual([]);
  });
});

async function plant(file: string, code: string): Promise<void> {
  await mkdir(dirname(join(copy, file)), { recursive: true });
  await writeFile(join(copy, file), code);
}

function lint(): ReadonlyMap<string, readonly string[]> {
  const biome = join(repository, "node_modules/.bin/biome");
  const { stdout, stderr } = spawnSync(
    biome,
    ["lint", "--reporter=github", "--max-diagnostics=none", "--diagnostic-level=error", "."],
    { cwd: copy, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 },
  );
  const rules = new Map<string, string[]>();
  for (const [, rule = "", path = ""] of stdout.matchAll(
    /^::error title=([^,]+),file=([^,]+),/gm,
  )) {
    const file = relative(copy, path);
    rules.set(file, [...(rules.get(file) ?? []), rule]);
  }
  if (rules.size === 0) throw new Error(`the linter said nothing: ${stdout}${stderr}`);
  return rules;
}
