import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { clientTimeouts } from "./client-timeouts.ts";

let client: SecretsManagerClient | undefined;

/** A secret's value; undefined when there is none. */
export async function readSecret(name: string): Promise<string | undefined> {
  client ??= new SecretsManagerClient(clientTimeouts);
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: name }));
    return SecretString;
  } catch (error) {
    if (error instanceof Error && error.name === "ResourceNotFoundException") return undefined;
    throw error;
  }
}
