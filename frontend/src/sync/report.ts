/** What a person may want to know about the exchange with the server. */
export type Report =
  /** The server answered a request that this phone is allowed to make. */
  | { readonly kind: 'heard'; readonly by: 'push' | 'pull' }
  | { readonly kind: 'offline'; readonly why: string }
  /** The token is no longer good: a person has to enrol this phone again. Nothing is lost. */
  | { readonly kind: 'enrol_again' }
  | { readonly kind: 'revoked' }
  | { readonly kind: 'refused'; readonly message: string }
  /** This phone could not store what arrived. */
  | { readonly kind: 'storage'; readonly message: string }
  /** A list is arriving: `done` of `total` records so far. */
  | { readonly kind: 'loading'; readonly stream: string; readonly done: number; readonly total: number | null };

export type Reporter = (report: Report) => void;
