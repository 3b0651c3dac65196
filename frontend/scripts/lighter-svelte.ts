import type { Plugin } from 'vite';

// Svelte carries parts that this app never uses, and that no bundler can know to be dead. Each cut here says in Svelte's own
// source what is always so in this app; the bundler then leaves out what follows from it. Who uses one of these parts finds
// out at once: `src/lighter-svelte.test.ts` names them, and a build fails where Svelte's source is not what a cut expects.

/** In the file of Svelte's client that ends so: what stands there, and what stands there instead, wherever it does. */
interface Cut {
  readonly file: string;
  readonly cuts: readonly (readonly [there: string, instead: string])[];
}

// No server ever renders this app: a tenth of the client adopts such pages.
const HYDRATION: readonly Cut[] = [
  {
    file: 'dom/hydration.js',
    cuts: [
      ['export let hydrating = false;', 'export const hydrating = false;'],
      ['\thydrating = value;', ''],
    ],
  },
];

// State here is single values and `$state.raw`, never an object that is changed in place.
const PROXIES: readonly Cut[] = [
  { file: 'client/proxy.js', cuts: [['export function proxy(value) {', 'export function proxy(value) {\n\treturn value;\n}\n\nfunction unused(value) {']] },
];

// All components are written with runes.
const LEGACY: readonly Cut[] = [
  ...['reactivity/async.js', 'reactivity/sources.js', 'client/runtime.js', 'blocks/await.js', 'blocks/key.js'].map((file) => ({
    file,
    cuts: [['is_runes()', 'true']] as const,
  })),
  // Props are only read, never bound or written.
  {
    file: 'reactivity/props.js',
    cuts: [
      ['(flags & PROPS_IS_BINDABLE) !== 0', 'false'],
      ['runes && (flags & PROPS_IS_UPDATED) === 0', 'true'],
    ],
  },
  // Nothing moves on its way in or out.
  { file: 'blocks/each.js', cuts: [['(flags & EACH_IS_ANIMATED) !== 0', 'false']] },
  { file: 'reactivity/effects.js', cuts: [['effect.nodes && effect.nodes.t', 'null']] },
  { file: 'src/utils.js', cuts: [['const DOM_PROPERTIES = [\n\t...DOM_BOOLEAN_ATTRIBUTES,', 'const DOM_PROPERTIES = [']] },
];

/** In the order in which they are made. */
export const CUTS: readonly Cut[] = [...HYDRATION, ...PROXIES, ...LEGACY];

/** Leaves out of Svelte, in a build, what this app does not use. */
export function lighterSvelte(): Plugin {
  return {
    name: 'lighter-svelte',
    apply: 'build',
    transform: {
      filter: { id: /\/svelte\/src\/.*\.js$/ },
      handler(code, id) {
        const cuts = CUTS.filter(({ file }) => id.endsWith(`/${file}`)).flatMap((each) => each.cuts);
        return cuts.length === 0 ? null : cuts.reduce((text, cut) => lighter(text, cut, id), code);
      },
    },
  };
}

/** `text`, of the file `id`, after one cut. */
export function lighter(text: string, [there, instead]: Cut['cuts'][number], id: string): string {
  const cut = text.replaceAll(there, instead);
  if (cut === text) throw new Error(`${id} has no ${there}: Svelte does it in another way now`);
  return cut;
}
