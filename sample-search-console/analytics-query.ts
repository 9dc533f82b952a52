import { parseJson } from "../shared/lib/parse-json.ts";
import { badRequest, type HttpAnswer } from "./http-answer.ts";
import { type AnalyticsQuery, AnalyticsQuerySchema } from "./query.ts";
import { queryFault } from "./query-rules.ts";

export type ParsedQuery =
  | { readonly kind: "query"; readonly query: AnalyticsQuery }
  | { readonly kind: "refused"; readonly answer: HttpAnswer };

export function parseAnalyticsQuery(body: string): ParsedQuery {
  const parsed = AnalyticsQuerySchema.safeParse(parseJson(body));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const field = issue?.path.join(".") ?? "";
    return refused(`Invalid value at '${field === "" ? "body" : field}': ${issue?.message ?? ""}`);
  }
  const fault = queryFault(parsed.data);
  return fault === undefined ? { kind: "query", query: parsed.data } : refused(fault);
}

function refused(message: string): ParsedQuery {
  return { kind: "refused", answer: badRequest(message) };
}
