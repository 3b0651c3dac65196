import { say, words } from '../words/words.svelte';

const DAY_MS = 86_400_000;

// Making a formatter costs as much as drawing a row of a list.
const formats = new Map<string, readonly [day: Intl.DateTimeFormat, time: Intl.DateTimeFormat]>();

/**
 * hh:mm in the event's zone, whatever zone the phone is set to; with the day of the week when it was not today. Of 24 hours in
 * every language: the phones of an event agree.
 */
export function clockTime(at: string | number, tz: string | undefined): string {
  const { locale } = words;
  const key = `${locale} ${tz}`;
  let format = formats.get(key);
  if (format === undefined) {
    const make = (parts: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, { ...parts, timeZone: tz });
    format = [make({ weekday: 'short' }), make({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })];
    formats.set(key, format);
  }
  const [when, now] = [new Date(at), Date.now()];
  const [day, today] = [when, now].map(format[0].format);
  const isToday = day === today && Math.abs(now - when.getTime()) < DAY_MS;
  return `${isToday ? '' : `${day} `}${format[1].format(when)}`;
}

/** "just now", "4 min ago", "3 hr ago", "2 days ago". */
export function age(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return say('phone.just_now');
  const ago = new Intl.RelativeTimeFormat(words.locale, { style: 'short' });
  if (minutes < 60) return ago.format(-minutes, 'minute');
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? ago.format(-hours, 'hour') : ago.format(-Math.floor(hours / 24), 'day');
}
