/** What the user typed cannot be done: exit code 2, one line, nothing started. */
export class UsageError extends Error {
  readonly code = "USAGE";

  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}
