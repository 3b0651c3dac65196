import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile, compileModule } from 'svelte/compiler';
import { expect, test } from 'vitest';
import { CUTS, lighter } from '../scripts/lighter-svelte';

const SRC = fileURLToPath(new URL('.', import.meta.url));
const SVELTE = fileURLToPath(new URL('../node_modules/svelte/src/', import.meta.url));

// What `scripts/lighter-svelte.ts` leaves out of Svelte: a component that needed it would be built, and fail in the browser.
const CUT_OFF = /\$\.(?:animation|transition|bind_prop|store_\w+|mutable_source|legacy_\w+|hydrate)\(/g;

/** Props that are bound to by whoever gives them, or written: not who only changes something in what they were given, `form(form().name = …, true)`. */
function writtenProps(code: string): string[] {
  const props = [...code.matchAll(/\$\.prop\(\$\$props, '(\w+)', (\d+)/g)];
  const isWritten = (prop: string): boolean => new RegExp(`\\b${prop}\\((?!\\)|${prop}\\(\\)\\.)`).test(code);
  return props.flatMap(([, prop = '', flags]) => ((Number(flags) & BINDABLE) !== 0 || ((Number(flags) & UPDATED) !== 0 && isWritten(prop)) ? prop : []));
}

const [UPDATED, BINDABLE] = [4, 8];

function compiled(name: string): string {
  const text = readFileSync(join(SRC, name), 'utf8');
  const options = { filename: name, dev: false, generate: 'client' } as const;
  return compile(text, { ...options, runes: true, css: 'external' }).js.code;
}

// It compiles all of them: on a busy machine that takes longer than a test may.
const PATIENCE = { timeout: 60_000 };
const components = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.svelte'));

test('no component needs what the build leaves out of Svelte', PATIENCE, () => {
  const needed = components.flatMap((name) => {
    const code = compiled(name);
    return [...(code.match(CUT_OFF) ?? []), ...writtenProps(code).map((prop) => `writes its prop ${prop}`)].map((what) => `${name}: ${what}`);
  });
  expect(needed).toEqual([]);
});

test('a component that did would be found', () => {
  const text = `<script>
    let { a = 1, b = $bindable(), c } = $props();
    const write = () => ((a = 2), (b = 3), (c.d = 4));
  </script>
  <p transition:a>{a}{b}{c.d}</p><button onclick={write}></button>`;
  const { code } = compile(text, { runes: true, generate: 'client' }).js;
  expect([code.match(CUT_OFF), writtenProps(code)]).toEqual([['$.transition('], ['a', 'b']]);
});

test('every cut finds its place in the Svelte that is installed, and leaves what can be read', PATIENCE, () => {
  const files = readdirSync(SVELTE, { recursive: true, encoding: 'utf8' }).map((name) => `svelte/src/${name}`);
  const texts = new Map<string, string>();
  for (const { file, cuts } of CUTS) {
    const [name = '', ...others] = files.filter((each) => each.endsWith(`/${file}`));
    expect([file, others]).toEqual([file, []]);
    const before = texts.get(name) ?? readFileSync(join(SVELTE, name.slice('svelte/src/'.length)), 'utf8');
    texts.set(name, cuts.reduce((text, cut) => lighter(text, cut, name), before));
  }
  for (const [name, text] of texts) expect(() => compileModule(text, { filename: name.replace(/\.js$/, '.svelte.js') }), name).not.toThrow();
});

test('a cut that finds nothing says so', () => {
  expect(() => lighter('let a = 1;', ['let b', ''], 'svelte/src/a.js')).toThrow('svelte/src/a.js has no let b: Svelte does it in another way now');
});
