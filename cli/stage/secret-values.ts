import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";

/** Undefined when there is no such secret, or it has no value. */
export async function readSecret(
  client: SecretsManagerClient,
  name: string,
): Promise<string | undefined> {
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: name }));
    return SecretString;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Gives a secret a value, and makes it first if there is none. */
export async function writeSecret(
  client: SecretsManagerClient,
  name: string,
  value: string,
): Promise<void> {
  try {
    await client.send(new PutSecretValueCommand({ SecretId: name, SecretString: value }));
  } catch (error) {
    if (!isMissing(error)) throw error;
    await client.send(new CreateSecretCommand({ Name: name, SecretString: value }));
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && error.name === "ResourceNotFoundException";
}
