// Twin of checkin/rules.py: window_at, bound by tests/contract/vectors/windows.json.

export type Policy = 'once' | 'daily' | 'per_window' | 'in_out';

/** One half-open stretch of time [start, end) of a `per_window` checkpoint. */
export interface Window {
  readonly id: string;
  readonly start: string;
  readonly end: string;
}

export interface WindowRule {
  readonly policy: Policy;
  readonly tz: string;
  readonly windows?: readonly Window[];
}

/** The id of the window that a record with the corrected time `at` (RFC 3339) belongs to. */
export function windowAt(rule: WindowRule, at: string): string {
  switch (rule.policy) {
    case 'once':
    case 'in_out':
      return '';
    case 'daily':
      return localDate(rule.tz, at);
    case 'per_window':
      return rule.windows?.find((window) => contains(window, Date.parse(at)))?.id ?? 'none';
  }
}

function contains(window: Window, at: number): boolean {
  return Date.parse(window.start) <= at && at < Date.parse(window.end);
}

// Making a formatter is a thousand times dearer than using it, and a day's operations are folded at each tap.
const formats = new Map<string, Intl.DateTimeFormat>();

function localDate(tz: string, at: string): string {
  let format = formats.get(tz);
  if (format === undefined) {
    // Sweden writes dates as ISO 8601 does.
    format = new Intl.DateTimeFormat('sv-SE', { timeZone: tz, year: 'numeric', month: '2-digit', day: '2-digit' });
    formats.set(tz, format);
  }
  return format.format(Date.parse(at));
}
