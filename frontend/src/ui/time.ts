import { say, words } from '../words/words.svelte';

// Making a formatter costs as much as drawing a row of a list.
const formats = new Map<string, Intl.DateTimeFormat>();

/** hh:mm in the event's zone, whatever zone the phone is set to. Of 24 hours in every language: the phones of an event agree. */
export function clockTime(at: string | number, tz: string | undefined): string {
  const { locale } = words;
  const key = `${locale} ${tz}`;
  let format = formats.get(key);
  if (format === undefined) {
    format = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: tz });
    formats.set(key, format);
  }
  return format.format(new Date(at));
}

/** hh:mm, with the day of the week when it was not today. */
export function dayTime(at: string, tz: string): string {
  const day = (when: string | number): string => new Date(when).toLocaleDateString(words.locale, { weekday: 'short', timeZone: tz });
  return `${day(at) === day(Date.now()) ? '' : `${day(at)} `}${clockTime(at, tz)}`;
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
