/** When an operation happened by the server's clock, as well as this phone knows; RFC 3339 with milliseconds. */
export function correctedTime(occurredAt: string, offsetMs: number | null): string {
  return new Date(Date.parse(occurredAt) + (offsetMs ?? 0)).toISOString();
}
