// The clock on the wall where the event is, as a field for date and time has it.

/** The time there at a moment, ms, as a field for date and time holds it: 2026-07-04T12:05. */
export function wallClock(at: number, tz: string | undefined): string {
  // Sweden writes as ISO 8601 does.
  return new Intl.DateTimeFormat('sv-SE', { timeZone: tz, dateStyle: 'short', timeStyle: 'short' }).format(at).replace(' ', 'T');
}

/** The moment, ms, at which it is that time there; NaN when it is no time. */
export function momentOf(written: string, tz: string | undefined): number {
  const read = Date.parse(`${written}Z`);
  if (Number.isNaN(read)) return read;
  const ahead = (at: number): number => Date.parse(`${wallClock(at, tz)}Z`) - at;
  return read - ahead(read - ahead(read));
}
