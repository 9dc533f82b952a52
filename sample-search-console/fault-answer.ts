import type { FaultKind } from "./faults.ts";
import {
  forbidden,
  type HttpAnswer,
  quotaRefusal,
  secondQuotaRefusal,
  serverError,
  unauthorized,
  unknownSite,
  userQuotaRefusal,
} from "./http-answer.ts";

/** What is answered instead of the truth; undefined for faults of another sort. */
export function faultAnswer(kind: FaultKind, siteUrl: string): HttpAnswer | undefined {
  switch (kind) {
    case "429":
      return quotaRefusal(1);
    case "429-qps":
      return secondQuotaRefusal();
    case "403-quota":
      return quotaRefusal(0);
    case "403-user-rate":
      return userQuotaRefusal();
    case "403-forbidden":
      return forbidden(siteUrl);
    case "401":
      return unauthorized("Invalid Credentials", "authError");
    case "404":
      return unknownSite(siteUrl);
    case "500":
    case "503":
      return serverError(kind === "500" ? 500 : 503);
    default:
      return undefined;
  }
}
