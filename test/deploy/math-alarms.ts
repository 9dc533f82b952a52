import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

/**
 * The emulator takes no alarm over a sum of metrics. In the assembly it is given, such an alarm
 * watches the first of its metrics instead: name, threshold and whom it tells stay. Answers with
 * the alarms' names.
 */
export async function withoutMathAlarms(
  assembly: string,
  stack: string,
): Promise<readonly string[]> {
  const path = join(assembly, `${stack}.template.json`);
  const template = TemplateSchema.parse(JSON.parse(await readFile(path, "utf8")));
  const changed: string[] = [];
  for (const { Properties } of Object.values(template.Resources)) {
    const { data } = MathAlarmSchema.safeParse(Properties);
    if (Properties === undefined || data === undefined) continue;
    const [first] = data.Metrics.flatMap(({ MetricStat }) => MetricStat ?? []);
    if (first === undefined) throw new Error(`${data.AlarmName} has no metric`);
    delete Properties.Metrics;
    Object.assign(Properties, first.Metric, { Period: first.Period, Statistic: first.Stat });
    changed.push(data.AlarmName);
  }
  await writeFile(path, JSON.stringify(template));
  return changed;
}

const TemplateSchema = z.looseObject({
  Resources: z.record(
    z.string(),
    z.looseObject({ Properties: z.record(z.string(), z.unknown()).optional() }),
  ),
});

const MathAlarmSchema = z.object({
  AlarmName: z.string(),
  Metrics: z.array(
    z.object({
      MetricStat: z
        .object({
          Metric: z.record(z.string(), z.unknown()),
          Period: z.number(),
          Stat: z.string(),
        })
        .optional(),
    }),
  ),
});
