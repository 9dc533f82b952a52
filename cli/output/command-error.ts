/** A server, network, disk or run refused: exit code 1, one line. */
export class CommandError extends Error {
  readonly code = "COMMAND";

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "CommandError";
  }
}
