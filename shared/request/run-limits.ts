/**
 * What keeps a run within DynamoDB's 400 KB an item, far within: a change of the run item costs a
 * write unit a KB, and a partition takes 1,000 a second.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
 *
 * | of the run          | at most                      | beyond it                              |
 * |---------------------|------------------------------|----------------------------------------|
 * | batches put back    | `mostPutBack`                | no new batch is sent until some are gone |
 * | batches in flight   | 100, by the request's schema | refused                                |
 * | own reports         | `mostDefinitionBytes`        | refused                                |
 * | units of a batch    | `mostUnitsABatch`            | split                                  |
 * | takes of a batch    | `mostTakes`, each by itself  | the oldest are added up                |
 * | an error's text     | `mostErrorLength`            | cut                                    |
 */
export const mostPutBack = 500;
export const mostDefinitionBytes = 64 * 1_024;
export const mostUnitsABatch = 100;
export const mostTakes = 50;
/** Of the takes that are added up. */
export const mostSeconds = 1_000;

const mostErrorLength = 300;

/** An error text as the ledger keeps it: cut to `mostErrorLength`. */
export function shortened(text: string): string {
  return text.length <= mostErrorLength ? text : `${text.slice(0, mostErrorLength - 1)}…`;
}
