import * as z from "zod";

// What CloudWatch is given as a dashboard: the part of it that a preview draws.
// Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html

const AnnotationSchema = z.object({
  value: z.number(),
  label: z.string().optional(),
  color: z.string().optional(),
});

const PropertiesSchema = z.object({
  title: z.string().optional(),
  markdown: z.string().optional(),
  query: z.string().optional(),
  alarms: z.array(z.string()).optional(),
  /** Namespace, name, dimension names and values, and at last how it is drawn. */
  metrics: z.array(z.array(z.unknown())).optional(),
  annotations: z.object({ horizontal: z.array(AnnotationSchema).optional() }).optional(),
  yAxis: z.object({ left: z.object({ label: z.string().optional() }).optional() }).optional(),
});

const WidgetSchema = z.object({
  type: z.enum(["metric", "text", "alarm", "log"]),
  x: z.number(),
  y: z.number(),
  width: z.number(),
  height: z.number(),
  properties: PropertiesSchema,
});

export const DashboardBodySchema = z.object({ widgets: z.array(WidgetSchema) });

export type DashboardBody = z.infer<typeof DashboardBodySchema>;
export type Widget = DashboardBody["widgets"][number];
export type Annotation = z.infer<typeof AnnotationSchema>;

/**
 * Reads a template's `DashboardBody`. What only a deploy knows stands there by its name, or by its
 * logical id where it has none.
 */
export function parseDashboardBody(
  body: unknown,
  names: Readonly<Record<string, string>> = {},
): DashboardBody {
  const pieces = BodySchema.parse(body).map((piece) =>
    typeof piece === "string" ? piece : (names[piece.id] ?? piece.id),
  );
  return DashboardBodySchema.parse(JSON.parse(pieces.join("")));
}

const ReferenceSchema = z.union([
  z.object({ Ref: z.string() }).transform((piece) => ({ id: piece.Ref })),
  z
    .object({ "Fn::GetAtt": z.tuple([z.string(), z.string()]) })
    .transform((piece) => ({ id: piece["Fn::GetAtt"][0] })),
]);

const BodySchema = z.union([
  z.string().transform((text) => [text]),
  z
    .object({
      "Fn::Join": z.tuple([z.literal(""), z.array(z.union([z.string(), ReferenceSchema]))]),
    })
    .transform((join) => join["Fn::Join"][1]),
]);
