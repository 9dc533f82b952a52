import { quotaRules } from "../../shared/telemetry/alarm-rules.ts";
import { alarmsOf } from "../base/alarm-definition.ts";
import type { Sources } from "../base/sources.ts";

export function quotaAlarms(sources: Sources) {
  return alarmsOf(sources, quotaRules(sources.lines));
}
