import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { clientPatience, environment } from "./container.ts";

const secretsManager = new SecretsManagerClient(clientPatience);

/** The accounts' secrets, where the environment says that there are any. */
export const accountSecrets =
  environment.accountSecrets === undefined
    ? undefined
    : { prefix: environment.accountSecrets, read: readSecret };

async function readSecret(name: string): Promise<string | undefined> {
  try {
    const { SecretString } = await secretsManager.send(
      new GetSecretValueCommand({ SecretId: name }),
    );
    return SecretString;
  } catch (error) {
    if (error instanceof Error && error.name === "ResourceNotFoundException") return undefined;
    throw error;
  }
}
