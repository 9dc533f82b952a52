import * as z from "zod";

/** One EMF record's values of one metric. */
export type EmfReading = {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly atMs: number;
  readonly values: readonly number[];
};

/** The EMF records among a log's lines; other lines are passed over. */
export function emfReadings(log: string): readonly EmfReading[] {
  return log.split("\n").flatMap((line) => {
    if (!line.startsWith("{") || !line.includes('"_aws"')) return [];
    const record = RecordSchema.safeParse(JSON.parse(line)).data;
    return record === undefined ? [] : readingsOf(record);
  });
}

function readingsOf(record: EmfRecord): readonly EmfReading[] {
  const { _aws } = record;
  return _aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
    Dimensions.flatMap((names) =>
      Metrics.map(({ Name }) => ({
        namespace: Namespace,
        name: Name,
        dimensions: Object.fromEntries(names.map((name) => [name, String(record[name])])),
        atMs: _aws.Timestamp,
        values: [record[Name]].flat().filter((value) => typeof value === "number"),
      })),
    ),
  );
}

const RecordSchema = z.looseObject({
  _aws: z.object({
    Timestamp: z.number(),
    CloudWatchMetrics: z.array(
      z.object({
        Namespace: z.string(),
        Dimensions: z.array(z.array(z.string())),
        Metrics: z.array(z.object({ Name: z.string() })),
      }),
    ),
  }),
});

type EmfRecord = z.infer<typeof RecordSchema>;
