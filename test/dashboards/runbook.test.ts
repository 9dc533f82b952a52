import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { App, Stack } from "aws-cdk-lib";
import { describe, expect, test } from "vitest";
import { sourcesOf } from "../../dashboards/base/sources.ts";
import { escalation } from "../../dashboards/escalation-alarm.ts";
import { alarmDefinitions } from "../../dashboards/operations-alarms.ts";
import { savedQueries } from "../../dashboards/saved-queries.ts";
import { escalatingAlarms } from "../../shared/telemetry/alarm-rules.ts";
import { synthesisedStacks } from "../infra/synthesised-stacks.ts";

const text = await readFile(join(import.meta.dirname, "../../docs/runbook.md"), "utf8");
const sections = new Map(
  text
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [heading = "", ...body] = section.split("\n");
      return [heading.trim().toLowerCase().replaceAll(" ", "-"), body.join("\n")] as const;
    }),
);
const sources = sourcesOf(new Stack(new App(), "stack"), {
  name: "dev",
  maxQueueSize: 1_000,
  maxInFlight: 10,
});
const definitions = [...alarmDefinitions(sources), escalation];
/** A failed deploy calls nobody: who deploys sees it. */
const called = [...definitions, { id: "a failed deploy", runbook: "the-deploy-failed" }];

describe("the runbook", () => {
  test.each(called.map(({ id, runbook }) => ({ id, runbook })))(
    "has Meaning, Check and Do for $id",
    ({ runbook }) => {
      const section = sections.get(runbook);
      expect(section, `there is no section #${runbook}`).toBeDefined();
      for (const part of ["Meaning", "Check", "Do"]) {
        expect(section).toMatch(new RegExp(`\\*\\*${part}\\.\\*\\* \\S`));
      }
    },
  );

  test("has no section without an alarm", () => {
    const used = new Set<string>(called.map(({ runbook }) => runbook));
    expect([...sections.keys()].filter((section) => !used.has(section))).toEqual([]);
  });

  test("names each saved query that it sends somebody to", () => {
    const titles = Object.values(savedQueries).map(({ title }) => title);
    const named = [...text.matchAll(/[Qq]uery \*([^*]+)\*/g)].map(([, title]) => title);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((title) => !titles.some((known) => known === title))).toEqual([]);
  });
});

describe("the alarms", () => {
  const { observability, escalation: over } = synthesisedStacks("prod");
  const alarms = Object.values(observability.findResources("AWS::CloudWatch::Alarm"));

  test("have names of their own", () => {
    expect(new Set(definitions.map(({ id }) => id)).size).toBe(definitions.length);
  });

  test("each tell the topic of their severity and link their section", () => {
    expect(alarms).toHaveLength(definitions.length - 1);
    for (const { Properties } of alarms) {
      const page = Properties.AlarmName.endsWith("-warn") ? "TopicsWarn" : "TopicsPage";
      expect(JSON.stringify(Properties.AlarmActions)).toContain(page);
      expect(JSON.stringify(Properties.OKActions)).toContain(page);
      expect(Properties.AlarmDescription).toMatch(/ What to do: docs\/runbook\.md#[a-z-]+$/);
    }
  });

  test("for freshness are raised by silence too, and no others", () => {
    const breaching = alarms
      .filter(({ Properties }) => Properties.TreatMissingData === "breaching")
      .map(({ Properties }) => Properties.AlarmName);
    expect(breaching.sort()).toEqual([
      "gsc-sync-prod-freshness-page",
      "gsc-sync-prod-stale-reports-warn",
    ]);
  });

  test("above them stands one that knows the alarms it is over", () => {
    const names = new Set(alarms.map(({ Properties }) => Properties.AlarmName));
    expect(escalatingAlarms.filter((id) => !names.has(`gsc-sync-prod-${id}`))).toEqual([]);
    const [composite] = Object.values(over.findResources("AWS::CloudWatch::CompositeAlarm"));
    const rule = JSON.stringify(composite?.Properties.AlarmRule);
    for (const id of escalatingAlarms) expect(rule).toContain(`gsc-sync-prod-${id}`);
  });
});
