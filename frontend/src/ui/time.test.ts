import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import ar from '../words/ar.json';
import type { Catalogue } from '../words/catalogue';
import { en } from '../words/en';
import es from '../words/es.json';
import fi from '../words/fi.json';
import { ENGLISH, LANGUAGES } from '../words/languages';
import { words } from '../words/words.svelte';
import { age, clockTime } from './time';

const TZ = 'Europe/Helsinki';

beforeEach(() => vi.useFakeTimers({ now: Date.parse('2026-07-04T21:30:00Z') })); // half past midnight, Sunday, there
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  words.take(ENGLISH, en);
});

const CATALOGUES: Readonly<Record<string, Catalogue>> = { en, fi: fi.words, es: es.words, ar: ar.words };

/** On a phone that is set to `tag`. */
function speak(tag: string): void {
  vi.stubGlobal('navigator', { languages: [tag] });
  const language = LANGUAGES.find(({ code }) => tag.startsWith(code));
  const catalogue = CATALOGUES[language?.code ?? ''];
  if (language === undefined || catalogue === undefined) throw new Error(`nobody speaks ${tag}`);
  words.take(language, catalogue);
}

it('says the hour alone of what is of today, at the event', () => {
  expect(clockTime('2026-07-04T21:05:00Z', TZ)).toBe('00:05');
});

it('says the day of what is of another day: also of the same day a week before', () => {
  expect(clockTime('2026-07-04T20:55:00Z', TZ)).toBe('Sat 23:55');
  expect(clockTime(Date.parse('2026-07-06T09:00:00Z'), TZ)).toBe('Mon 12:00');
  expect(clockTime('2026-06-27T21:05:00Z', TZ)).toBe('Sun 00:05');
});

it.each([
  ['en-US', '00:05', 'Sat 23:55'],
  ['fi-FI', '00.05', 'la 23.55'],
  ['es-MX', '00:05', 'sáb 23:55'],
  ['ar-MA', '00:05', 'السبت 23:55'],
  ['ar-EG', '٠٠:٠٥', 'السبت ٢٣:٥٥'],
])('on a phone set to %s it is %s, or %s', (tag, today, yesterday) => {
  speak(tag);
  expect([clockTime('2026-07-04T21:05:00Z', TZ), clockTime('2026-07-04T20:55:00Z', TZ)]).toEqual([today, yesterday]);
});

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];

it.each([
  ['en-GB', 'just now', '1 min ago', '59 min ago', '1 hr ago', '47 hr ago', '2 days ago', '11 days ago'],
  ['fi-FI', 'juuri nyt', '1 min sitten', '59 min sitten', '1 t sitten', '47 t sitten', '2 pv sitten', '11 pv sitten'],
  ['es-MX', 'ahora mismo', 'hace 1 min', 'hace 59 min', 'hace 1 h', 'hace 47 h', 'hace 2 días', 'hace 11 días'],
  ['ar-MA', 'الآن', 'قبل دقيقة واحدة', 'قبل 59 دقيقة', 'قبل ساعة واحدة', 'قبل 47 ساعة', 'قبل يومين', 'قبل 11 يومًا'],
  ['ar-EG', 'الآن', 'قبل دقيقة واحدة', 'قبل ٥٩ دقيقة', 'قبل ساعة واحدة', 'قبل ٤٧ ساعة', 'قبل يومين', 'قبل ١١ يومًا'],
])('in %s says how old something is, each time in the next larger unit', (tag, ...said) => {
  speak(tag);
  expect([MINUTE - 1, MINUTE, HOUR - 1, HOUR, 2 * DAY - 1, 2 * DAY, 12 * DAY - 1].map(age)).toEqual(said);
});
