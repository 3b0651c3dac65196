// Making a formatter costs as much as drawing a row of a list.
const formats = new Map<string | undefined, Intl.DateTimeFormat>();

/** hh:mm in the event's zone, whatever zone the phone is set to. */
export function clockTime(at: string | number, tz: string | undefined): string {
  let format = formats.get(tz);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: tz });
    formats.set(tz, format);
  }
  return format.format(new Date(at));
}

/** "just now", "4 min ago", "3 h ago", "2 days ago". */
export function age(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ago` : `${Math.floor(hours / 24)} days ago`;
}
