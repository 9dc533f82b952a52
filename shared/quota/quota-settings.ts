/** Limits and budgets as a person has set them; what is absent has its default. */
export type QuotaSettings = {
  /** Requests a minute granted to each property and each account. */
  readonly qpm?: number | undefined;
  /** By siteUrl, and by account id: before what holds for all of them. */
  readonly properties?: Readonly<Record<string, ScopeSettings>> | undefined;
  readonly accounts?: Readonly<Record<string, ScopeSettings>> | undefined;
};

/** Who signs an account's requests: Google counts by signer, whatever ids its credentials have. */
export type AccountSigner = {
  readonly accountId: string;
  /** A service account's e-mail address, or a hash of other credentials. */
  readonly signer: string;
};

export type ScopeSettings = {
  /** What Google allows a minute, where that is not the usual limit. */
  readonly limit?: number | undefined;
  /** What is granted a minute. */
  readonly qpm?: number | undefined;
};
