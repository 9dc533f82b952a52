export type HomeErrorCode =
  | "HOME_NEWER"
  | "HOME_OLDER"
  | "HOME_NOT_A_HOME"
  | "HOME_UNWRITABLE"
  | "HOME_BUSY"
  | "HOME_OWNER_DIFFERS";

/** What keeps a command from using a home. The message is one line for a person. */
export class HomeError extends Error {
  readonly code: HomeErrorCode;

  constructor(code: HomeErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "HomeError";
    this.code = code;
  }
}
