import { z } from "zod";
import { fraction, hash } from "./hash.ts";
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

/**
 * What can be made to go wrong with a query's answer, at any share of them or for chosen ones.
 *
 *   answers instead         429, 429-qps (a per-second limit), 403-quota, 403-user-rate, 403-forbidden, 401, 404, 500, 503
 *   no answer               timeout
 *   an answer that breaks   reset (in mid-body), truncated, html, wrong-types
 *   a slow one              drip: a few bytes at a time
 *   rows elsewhere          moving-ties: rows of equal clicks change places
 */
export const faultKinds = [
  "429",
  "429-qps",
  "403-quota",
  "403-user-rate",
  "403-forbidden",
  "401",
  "404",
  "500",
  "503",
  "timeout",
  "reset",
  "truncated",
  "html",
  "wrong-types",
  "drip",
  "moving-ties",
] as const;

export type FaultKind = (typeof faultKinds)[number];

export const FaultRuleSchema = z.strictObject({
  kind: z.enum(faultKinds),
  /** Of the requests that match, this share; decided by the seed and the request's turn. */
  share: z.number().min(0).max(1).default(1),
  /** So many requests and no more; absent: without end. */
  times: z.int().min(1).optional(),
  /** Only requests of these; absent: all. */
  siteUrl: z.string().optional(),
  date: z.string().optional(),
  startRow: z.int().min(0).optional(),
  searchType: z.string().optional(),
});

export type FaultRule = z.infer<typeof FaultRuleSchema>;

/** What a rule looks at; null where the request's body could not be read. */
export type FaultTarget = {
  readonly siteUrl: string;
  readonly date: string | null;
  readonly startRow: number | null;
  readonly searchType: string | null;
};

/** The faults asked for; the first rule that matches a request decides. */
export function faultBoard(seed: number, initial: readonly FaultRule[] = []) {
  let rules = initial.map(armed);

  return {
    set(next: readonly FaultRule[]) {
      rules = next.map(armed);
    },
    list: () => rules.map(({ rule, given }) => ({ ...rule, given })),
    /** `turn`: the request's number; the same seed and turn always decide alike. */
    pick(target: FaultTarget, turn: number): FaultKind | undefined {
      for (const [index, each] of rules.entries()) {
        const { rule } = each;
        if (!matches(rule, target) || each.given >= (rule.times ?? Number.POSITIVE_INFINITY))
          continue;
        if (fraction(hash(seed, turn, 100 + index)) >= rule.share) continue;
        each.given += 1;
        return rule.kind;
      }
      return undefined;
    },
  };
}

export type FaultBoard = ReturnType<typeof faultBoard>;

function armed(rule: FaultRule) {
  return { rule, given: 0 };
}

function matches(rule: FaultRule, target: FaultTarget): boolean {
  return (
    (rule.siteUrl ?? target.siteUrl) === target.siteUrl &&
    (rule.date ?? target.date) === target.date &&
    (rule.startRow ?? target.startRow) === target.startRow &&
    (rule.searchType ?? target.searchType) === target.searchType
  );
}

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
