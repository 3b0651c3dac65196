import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test, vi } from 'vitest';
import ar from './ar.json';
import type { Catalogue, Message } from './catalogue';
import { en } from './en';
import es from './es.json';
import fi from './fi.json';
import { ENGLISH, LANGUAGES, languageFor, localeFor } from './languages';
import { Words } from './words.svelte';

const ENGLISH_WORDS: Catalogue = en;
const CATALOGUES: Readonly<Record<string, Catalogue>> = { en, es: es.words, fi: fi.words, ar: ar.words };
const TRANSLATED = Object.keys(CATALOGUES).filter((code) => code !== 'en');
// Where a language says "one" or "two", it need not write the figure.
const SAYS_IT = new Set(['zero', 'one', 'two']);

const SRC = fileURLToPath(new URL('..', import.meta.url));
const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(ts|svelte)$/.test(name) && !/\.test\.ts$/.test(name) && !name.startsWith('words/en/'))
  .map((name) => readFileSync(SRC + name, 'utf8'));
const code = sources.join('\n');

function slots(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '').sort();
}

function formsOf(message: Message | undefined): readonly (readonly [string, string])[] {
  if (message === undefined) return [];
  return typeof message === 'string' ? [['', message]] : Object.entries(message);
}

function languageOf(code: string): (typeof LANGUAGES)[number] {
  const found = LANGUAGES.find((language) => language.code === code);
  if (found === undefined) throw new Error(`no language ${code}`);
  return found;
}

async function speaking(code: string): Promise<Words> {
  const { address, reviewed } = languageOf(code);
  vi.stubGlobal('fetch', (url: string) => {
    expect(url).toBe(address);
    return Promise.resolve(new Response(JSON.stringify({ reviewed, words: CATALOGUES[code] })));
  });
  const words = new Words();
  expect(await words.choose(languageOf(code))).toBe(true);
  return words;
}

function inEnglish(): Words {
  const words = new Words();
  words.take(ENGLISH, en);
  return words;
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test('every language of the app has a catalogue, and no other has', () => {
  expect(LANGUAGES.map(({ code }) => code)).toEqual(Object.keys(CATALOGUES));
});

test.each(TRANSLATED)('%s has every text and no other', (language) => {
  expect(Object.keys(CATALOGUES[language] ?? {}).sort()).toEqual(Object.keys(en).sort());
});

test.each(Object.keys(CATALOGUES))('%s counts in all of its forms', (language) => {
  const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
  const wrong = Object.entries(CATALOGUES[language] ?? {}).filter(([key, message]) => {
    const counts = typeof ENGLISH_WORDS[key] !== 'string';
    const forms = typeof message === 'string' ? [] : Object.keys(message);
    return [...forms].sort().join() !== (counts ? [...pluralCategories].sort().join() : '');
  });
  expect(wrong.map(([key]) => key)).toEqual([]);
});

test.each(Object.keys(CATALOGUES))('%s has the same slots in every text', (language) => {
  const wrong = Object.entries(CATALOGUES[language] ?? {}).flatMap(([key, message]) => {
    const expected = slots(formsOf(ENGLISH_WORDS[key]).at(-1)?.[1] ?? '');
    const bare = expected.filter((name) => name !== 'count');
    return formsOf(message)
      .filter(([form, text]) => ![expected, ...(SAYS_IT.has(form) ? [bare] : [])].some((named) => named.join() === slots(text).join()))
      .map(([form]) => `${key} ${form}`);
  });
  expect(wrong).toEqual([]);
});

test.each(TRANSLATED)('%s leaves nothing empty, and little in English', (language) => {
  const texts = Object.entries(CATALOGUES[language] ?? {});
  expect(texts.filter(([, message]) => formsOf(message).some(([, text]) => text.trim() === '')).map(([key]) => key)).toEqual([]);
  const same = texts.filter(([key, message]) => formsOf(message)[0]?.[1] === formsOf(ENGLISH_WORDS[key])[0]?.[1]);
  expect(same.filter(([, message]) => formsOf(message).some(([, text]) => /[a-z]{3}/.test(text.replace(/\{\w+\}/g, ''))))).toEqual([]);
});

test('a screen that shows a number in its own way finds its place in every form', () => {
  const shown = [...code.matchAll(/(?:around\('|<Counted words=")([\w.]+)(?:', '(\w+)')?/g)].map(([, key = '', slot = 'count']) => [key, slot] as const);
  expect(shown.length).toBeGreaterThan(3);
  const wrong = shown.flatMap(([key, slot]) =>
    Object.entries(CATALOGUES).filter(([, texts]) => formsOf(texts[key]).some(([, text]) => !slots(text).includes(slot))).map(([language]) => `${language} ${key}`),
  );
  expect(wrong).toEqual([]);
});

test('every text is used', () => {
  const made = [...code.matchAll(/say\(`([\w.]+)\$\{/g), ...code.matchAll(/sayCode\('(\w+)'/g)].map(([, start]) => start ?? '');
  expect(made).toEqual(expect.arrayContaining(['standing.', 'flag']));
  const unused = Object.keys(en).filter((key) => !code.includes(`'${key}'`) && !made.some((start) => key.startsWith(start)));
  expect(unused).toEqual([]);
});

test('English counts, fills in, and writes numbers as people read them', () => {
  const { say } = inEnglish();
  expect([say('copy.shared', { count: 1 }), say('copy.shared', { count: 12_345 })]).toEqual([
    'A copy of 1 record was shared.',
    'A copy of 12,345 records was shared.',
  ]);
  expect(say('people.person', { name: '{state}', delegation: '$&', state: 'in' })).toBe('{state}, $&, in');
});

test('what surrounds a value is told apart from it', () => {
  const { around } = inEnglish();
  expect(around('door.unidentified', 'count', { count: 3 })).toEqual(['+', ' not listed']);
});

test.each([
  ['a known flag', 'paper', 'Entered from paper.'],
  ['an unknown one', 'shiny', 'as the server said'],
  ['one that would find something else', '__proto__', 'as the server said'],
])('%s', (_, flag, said) => {
  expect(inEnglish().sayCode('flag', flag, 'as the server said')).toBe(said);
});

test.each([
  [0, 'لم يُعثر على أحد'],
  [1, 'عُثر على شخص واحد'],
  [2, 'عُثر على شخصين'],
  [3, 'عُثر على ٣ أشخاص'],
  [11, 'عُثر على ١١ شخصًا'],
  [100, 'عُثر على ١٠٠ شخص'],
])('Arabic has a form of its own for %i', async (count, said) => {
  vi.stubGlobal('navigator', { languages: ['ar-EG'] });
  expect((await speaking('ar')).say('door.found', { count })).toBe(said);
});

test('a number is written as in the country that the phone is set to', async () => {
  vi.stubGlobal('navigator', { languages: ['ar-MA', 'fr'] });
  expect((await speaking('ar')).number(1234)).toBe('1.234');
});

test('in Arabic every name keeps to itself; an Arabic one in English needs no help', async () => {
  expect(inEnglish().say('result.undone', { name: 'محمد' })).toBe('Undone: محمد.');
  expect((await speaking('ar')).say('do.undo_name', { name: 'Bo Ek' })).toBe('تراجع عن \u2068Bo Ek\u2069');
});

test('a language that cannot be had leaves the one that is there', async () => {
  vi.stubGlobal('fetch', () => Promise.resolve(new Response('<html>Welcome to our WiFi</html>')));
  const words = inEnglish();
  expect([await words.choose(languageOf('fi')), words.language, words.say('do.undo')]).toEqual([false, ENGLISH, 'Undo']);
});

test('a phone that cannot have its language starts in English', async () => {
  vi.stubGlobal('navigator', { languages: ['fi'] });
  vi.stubGlobal('fetch', (url: string) =>
    url === ENGLISH.address ? Promise.resolve(new Response(JSON.stringify({ words: en }))) : Promise.reject(new TypeError('gone')),
  );
  const words = new Words();
  await words.start();
  expect([words.language, words.say('do.undo')]).toEqual([ENGLISH, 'Undo']);
});

test('a phone that can have no words at all goes on asking for them', async () => {
  vi.useFakeTimers();
  let asked = 0;
  vi.stubGlobal('fetch', () => (++asked < 4 ? Promise.reject(new TypeError('gone')) : Promise.resolve(new Response(JSON.stringify({ words: en })))));
  const words = new Words();
  const starting = words.start();
  await vi.advanceTimersByTimeAsync(10_000);
  await starting;
  expect([words.say('do.undo'), asked]).toEqual(['Undo', 4]);
});

test('a choice is kept, and holds against what the phone is set to', async () => {
  const kept = new Map<string, string>();
  vi.stubGlobal('localStorage', { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value) });
  vi.stubGlobal('navigator', { languages: ['es-MX'] });
  await speaking('fi');
  const next = new Words();
  await next.start();
  expect([next.language.code, next.locale]).toEqual(['fi', 'fi']);
});

/** Catalogues that come when a test says so, or never. */
function onRequest(): { readonly kept: Map<string, string>; readonly bring: (code: string, there?: boolean) => Promise<void> } {
  const waiting = new Map<string, (answer: Response) => void>();
  const kept = new Map<string, string>();
  vi.stubGlobal('localStorage', { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value) });
  vi.stubGlobal('fetch', (url: string) => new Promise<Response>((answer) => waiting.set(url, answer)));
  const bring = async (code: string, there = true): Promise<void> => {
    waiting.get(languageOf(code).address)?.(there ? new Response(JSON.stringify({ words: CATALOGUES[code] })) : new Response('', { status: 404 }));
    await new Promise((wake) => setTimeout(wake));
  };
  return { kept, bring };
}

test.each([
  ['first', ['fi', 'ar']],
  ['last', ['ar', 'fi']],
])('of two choices the later one holds, also when the earlier one’s words come %s', async (_, order) => {
  const { kept, bring } = onRequest();
  const words = inEnglish();
  const choices = [words.choose(languageOf('fi')), words.choose(languageOf('ar'))];
  for (const code of order) await bring(code);
  expect([await Promise.all(choices), words.language.code, words.say('do.undo'), [...kept.values()]]).toEqual([
    [true, true], 'ar', ar.words['do.undo'], ['ar'],
  ]);
});

test('a later choice that cannot be had does not bring back the one before', async () => {
  const { kept, bring } = onRequest();
  const words = inEnglish();
  const choices = [words.choose(languageOf('fi')), words.choose(languageOf('ar'))];
  await bring('ar', false);
  await bring('fi');
  expect([await Promise.all(choices), words.language.code, [...kept.values()]]).toEqual([[true, false], 'en', []]);
});

test('what another tab was told gives way to a choice made here', async () => {
  const { kept, bring } = onRequest();
  const words = inEnglish();
  kept.set('eventsync-language', 'ar');
  const started = words.start();
  const chosen = words.choose(languageOf('fi'));
  await bring('fi');
  await bring('ar', false);
  await bring('en');
  await Promise.all([started, chosen]);
  expect([words.language.code, kept.get('eventsync-language')]).toEqual(['fi', 'fi']);
});

test('a tab speaks as the other one was told', async () => {
  const heard: ((event: { key: string | null }) => void)[] = [];
  let kept = 'fi';
  vi.stubGlobal('localStorage', { getItem: () => kept });
  vi.stubGlobal('window', { addEventListener: (_: string, listener: (event: { key: string | null }) => void) => heard.push(listener) });
  vi.stubGlobal('fetch', (url: string) => {
    const code = LANGUAGES.find(({ address }) => address === url)?.code ?? '';
    return Promise.resolve(new Response(JSON.stringify({ words: CATALOGUES[code] })));
  });
  const words = new Words();
  await words.start();
  words.follow();
  kept = 'ar';
  heard.forEach((listener) => listener({ key: 'somebody-else’s' }));
  await new Promise((wake) => setTimeout(wake));
  const before = words.language.code;
  heard.forEach((listener) => listener({ key: 'eventsync-language' }));
  await vi.waitFor(() => expect([before, words.language.code]).toEqual(['fi', 'ar']));
});

test('a browser that keeps nothing speaks as the phone does', async () => {
  vi.stubGlobal('localStorage', {
    getItem: () => {
      throw new DOMException('', 'SecurityError');
    },
  });
  vi.stubGlobal('navigator', { languages: ['en-US'] });
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify({ words: en }))));
  const words = new Words();
  await words.start();
  expect([words.language, words.locale]).toEqual([ENGLISH, 'en-US']);
});

test.each([
  [['fi-FI', 'en'], null, 'fi', 'fi-FI'],
  [['de-DE', 'ES', 'en'], null, 'es', 'ES'],
  [['de-DE'], null, 'en', 'en-GB'],
  [[], null, 'en', 'en-GB'],
  [['fi'], 'ar', 'ar', 'ar'],
  [['fi'], 'xx', 'fi', 'fi'],
])('a phone set to %j and a choice of %s', (preferred, chosen, code, locale) => {
  const language = languageFor(preferred, chosen);
  expect([language.code, localeFor(language, preferred)]).toEqual([code, locale]);
});

