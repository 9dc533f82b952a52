import { environment } from "./container.ts";
import { readSecret } from "./secrets.ts";

/** The accounts' secrets, where the environment says that there are any. */
export const accountSecrets =
  environment.accountSecrets === undefined
    ? undefined
    : { prefix: environment.accountSecrets, read: readSecret };
