import { expect, test } from "vitest";
import { effectiveSettings } from "../../../cli/stage/effective-settings.ts";
import { leverAnnouncement } from "../../../cli/stage/lever-announcement.ts";
import type { Settings } from "../../../shared/ledger/settings.ts";

const site = "sc-domain:one.example";

function announced(before: Settings, after: Settings): readonly string[] {
  return leverAnnouncement({
    stage: "prod",
    by: "arn:aws:iam::1:user/me",
    before: effectiveSettings(before),
    after: effectiveSettings(after),
    dashboardUrl: "https://…",
  })
    .split("\n")
    .filter((line) => !/^(by|Watch:) /.test(line));
}

test("what changed for everybody is told, with what undoes it", () => {
  expect(announced({ lever: 3, qpm: 900 }, { lever: 1, qpm: 600 })).toEqual([
    "gsc-sync prod: lever 3 → 1, QPM 900 → 600",
    "Undo: npx gsc-sync --stage prod lever --set 3 --qpm 900",
  ]);
});

test("so is what changed for one property or account; what was unset goes back to its default", () => {
  const before = { lever: 3, properties: { [site]: { qpm: 600 } } };
  const after = {
    lever: 3,
    properties: { [site]: { qpm: 300, limit: 1_000 } },
    accounts: { second: { limit: 2_400 } },
  };
  expect(announced(before, after)).toEqual([
    `gsc-sync prod: property ${site}: QPM 600 → 300, Google's limit default → 1,000`,
    "gsc-sync prod: account second: Google's limit default → 2,400",
    `Undo: npx gsc-sync --stage prod lever --site-url ${site} --qpm 600 --limit default`,
    "Undo: npx gsc-sync --stage prod lever --account-id second --limit default",
  ]);
});

test("a change to what it was is said to be none", () => {
  expect(announced({ lever: 3 }, { lever: 3 })).toEqual(["gsc-sync prod: nothing changed"]);
});
