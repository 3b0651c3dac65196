import { reviewed as ar } from './ar.json';
import arabic from './ar.json?url&no-inline';
import english from 'virtual:english';
import { reviewed as es } from './es.json';
import spanish from './es.json?url&no-inline';
import { reviewed as fi } from './fi.json';
import finnish from './fi.json?url&no-inline';

export interface Language {
  readonly code: string;
  /** As those call it who speak it. */
  readonly name: string;
  readonly dir: 'ltr' | 'rtl';
  /** Whether a native speaker has read all of its texts. */
  readonly reviewed: boolean;
  /** Where its catalogue is. */
  readonly address: string;
}

export const ENGLISH: Language = { code: 'en', name: 'English', dir: 'ltr', reviewed: true, address: english };

export const LANGUAGES: readonly Language[] = [
  ENGLISH,
  { code: 'es', name: 'Español', dir: 'ltr', reviewed: es, address: spanish },
  { code: 'fi', name: 'Suomi', dir: 'ltr', reviewed: fi, address: finnish },
  { code: 'ar', name: 'العربية', dir: 'rtl', reviewed: ar, address: arabic },
];

function baseOf(tag: string): string {
  return tag.toLowerCase().split('-')[0] ?? '';
}

/** The language of a person who chose `chosen`, or else who reads `preferred`, best first: BCP 47 tags. */
export function languageFor(preferred: readonly string[], chosen: string | null): Language {
  for (const tag of [chosen ?? '', ...preferred]) {
    const known = LANGUAGES.find(({ code }) => code === baseOf(tag));
    if (known !== undefined) return known;
  }
  return ENGLISH;
}

/** How numbers and dates are written in `language`: as in the country that the phone is set to, where it speaks that language. */
export function localeFor({ code }: Language, preferred: readonly string[]): string {
  return preferred.find((tag) => baseOf(tag) === code) ?? (code === 'en' ? 'en-GB' : code);
}
