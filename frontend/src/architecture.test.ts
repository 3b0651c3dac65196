import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

// docs/architecture.md: main → features → operations → sync → db, on rules, platform, contract, words and ui.
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  '.': ['features', 'operations', 'sync', 'db', 'rules', 'platform', 'contract', 'ui', 'words'],
  features: ['operations', 'db', 'rules', 'contract', 'ui', 'words'],
  operations: ['sync', 'db', 'rules', 'platform', 'contract', 'words'],
  sync: ['db', 'rules', 'platform', 'contract', 'words'],
  db: ['rules', 'platform', 'contract', 'words'],
  contract: ['rules'],
  ui: ['rules', 'words'],
  words: ['platform'],
  rules: [],
  platform: [],
  sw: ['sync', 'db', 'rules', 'platform', 'contract'],
};

const SRC = fileURLToPath(new URL('.', import.meta.url));

interface Import {
  readonly from: string;
  readonly to: string;
}

const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(ts|svelte)$/.test(name));
const code = sources.filter((name) => !name.endsWith('.test.ts') && !/\/fake-desk\.ts$/.test(name));
const imports = code.flatMap(importsOf);

function importsOf(from: string): Import[] {
  const text = readFileSync(join(SRC, from), 'utf8');
  return [...text.matchAll(/from '(\.[^']+)'/g)].map(([, path]) => ({
    from,
    to: relative(SRC, join(SRC, dirname(from), path ?? '')),
  }));
}

function layerOf(path: string): string {
  return path.includes('/') ? (path.split('/')[0] ?? '') : '.';
}

test('the test sees the code', () => {
  expect(imports).toContainEqual({ from: 'features/door/Door.svelte', to: 'features/door/desk.svelte' });
  expect(imports.length).toBeGreaterThan(60);
});

test('imports point down', () => {
  const wrong = imports.filter(({ from, to }) => {
    const [above, below] = [layerOf(from), layerOf(to)];
    return above !== below && !MAY_IMPORT[above]?.includes(below);
  });
  expect(wrong).toEqual([]);
});

test('features are strangers to each other', () => {
  const feature = (path: string): string | undefined => /^features\/([^/]+)/.exec(path)?.[1];
  const wrong = imports.filter(({ from, to }) => feature(from) && feature(to) && feature(from) !== feature(to));
  expect(wrong).toEqual([]);
});

test('screens take types of the storage and its errors, never the storage itself', () => {
  const screens = code.filter((name) => layerOf(name) === 'features').map((name) => readFileSync(join(SRC, name), 'utf8'));
  const wrong = screens.flatMap((text) => [...text.matchAll(/import (?!type)[^;]*from '[^']*\/db\/(?!connection)[^']*'/g)]);
  expect(wrong).toEqual([]);
});

test('screens show the corrected time, never this phone’s own', () => {
  const screens = code.filter((name) => layerOf(name) === 'features');
  expect(screens.filter((name) => /\boccurred_at\b/.test(readFileSync(join(SRC, name), 'utf8')))).toEqual([]);
});

test('only the exchange with the server, the service worker, a family’s own days and browser, and the choice of a language fetch', () => {
  const fetching = code.filter((name) => /\bfetch\(/.test(readFileSync(join(SRC, name), 'utf8')));
  expect(fetching.filter((name) => !['sync/server.ts', 'sw/plans.ts', 'features/schedule/own.ts', 'features/messages/subscribing.ts', 'sw/notices/joined.ts', 'sw/worker.ts', 'words/words.svelte.ts'].includes(name))).toEqual([]);
});

// What people read is in the catalogues; a text in a screen would stay English in every language.
test('screens have no texts of their own', () => {
  const screens = code.filter((name) => name.endsWith('.svelte'));
  const wrong = screens.flatMap((name) => {
    const markup = readFileSync(join(SRC, name), 'utf8').replace(/<script[^]*?<\/script>|<style[^]*?<\/style>|<!--[^]*?-->/g, '');
    const bare = markup.replace(/\{(?:[^{}]|\{[^{}]*\})*\}/g, '').replace(/=>/g, '');
    const texts = [...bare.matchAll(/>([^<>]*)</g), ...bare.matchAll(/(?:aria-label|placeholder|title|alt)="([^"]*)"/g)];
    return texts.filter(([, text]) => /\p{L}{2}/u.test(text ?? '')).map(([, text]) => `${name}: ${text?.trim()}`);
  });
  expect(wrong).toEqual([]);
});

test('files stay short', () => {
  const long = code.filter((name) => readFileSync(join(SRC, name), 'utf8').split('\n').length > 320);
  expect(long).toEqual([]);
});

test('state is single values and what is replaced whole: the build leaves out what objects changed in place would need', () => {
  const deep = code.filter((name) => /\$state(<[^(]*>)?\(\s*(\[|\{|new )/.test(readFileSync(join(SRC, name), 'utf8')));
  expect(deep).toEqual([]);
});
