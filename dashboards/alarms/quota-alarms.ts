import { quotaRules } from "../../shared/telemetry/alarm-rules.ts";
import { alarmsOf } from "../alarm-definition.ts";
import type { Sources } from "../sources.ts";

export function quotaAlarms(sources: Sources) {
  return alarmsOf(sources, quotaRules(sources.lines));
}
