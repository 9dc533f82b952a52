/**
 * An execution of the state machine has a history of at most 25,000 events, then it fails. What
 * one pass of the dispatcher writes, counted on the definition: DispatchBatches 5, MoreToDo 2,
 * RingBatches 4, WaitAsked 2, WaitAsAsked 2; and 8 a message.
 * https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
 */
export function eventsOfPass(messages: number): number {
  return 15 + 8 * messages;
}

/** What planning writes, its own pass and the start of the execution. */
export const eventsOfPlanning = 10;

/**
 * From here on a successor works on the run. Retries write three events each and are not counted:
 * the rest of the history is for them.
 */
export const handOverAtEvents = 15_000;
