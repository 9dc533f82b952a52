import { createAccountSigners } from "../shared/registry/account-signers.ts";
import { dynamoSigners } from "../shared/registry/dynamo-signers.ts";
import { documents, environment } from "./container.ts";

export const signers = createAccountSigners(
  dynamoSigners(documents, { table: environment.ledgerTable }),
  Date.now,
);
