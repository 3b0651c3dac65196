import type { Plugin } from 'vite';

// Svelte carries parts that this app never uses, and that no bundler can know to be dead. Each cut here says in Svelte's own
// source what is always so in this app; the bundler then leaves out what follows from it. Who uses one of these parts finds
// out at once: `src/lighter-svelte.test.ts` names them, and a build fails where Svelte's source is not what a cut expects.

/** In the file of Svelte's client that ends so: what stands there, and what stands there instead, wherever it does. */
interface Cut {
  readonly file: string;
  readonly cuts: readonly (readonly [there: string | RegExp, instead: string])[];
}

/** A method of the class in a file, indented by one tab, with its comment's last line. */
function method(name: string): RegExp {
  return new RegExp(`^\\t${name}\\([^\\n]*\\) \\{\\n(?:\\t\\t[^\\n]*\\n|\\n)*\\t\\}\\n`, 'm');
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

// No component awaits anything in its markup but an `{#await}` block, none has a boundary, and nothing is forked: a batch of
// changes is never put off, so it has no values that are only its own.
const ASYNC: readonly Cut[] = [
  { file: 'blocks/branches.js', cuts: [['should_defer_append()', 'false']] },
  { file: 'blocks/each.js', cuts: [['should_defer_append()', 'false']] },
  {
    file: 'reactivity/async.js',
    cuts: [
      ['var pending = blockers.filter((b) => !b.settled);', ''],
      ['\tif (async.length === 0 && pending.length === 0) {\n\t\tfn(deriveds);\n\t\treturn;\n\t}\n', '\tfn(deriveds);\n\treturn;\n'],
    ],
  },
  {
    file: 'client/render.js',
    cuts: [
      ["import { component_root } from './reactivity/effects.js';", "import { branch, component_root } from './reactivity/effects.js';"],
      ["import { boundary } from './dom/blocks/boundary.js';", 'const boundary = (anchor, props, children) => branch(() => children(anchor));'],
    ],
  },
  { file: 'client/error-handling.js', cuts: [['(effect.f & BOUNDARY_EFFECT) !== 0', 'false']] },
  { file: 'reactivity/effects.js', cuts: [['current_batch?.register_created_effect(effect);', '']] },
  { file: 'reactivity/sources.js', cuts: [['!batch.is_fork && ', '']] },
  { file: 'reactivity/deriveds.js', cuts: [['!current_batch?.is_fork || derived.deps === null', 'true']] },
  { file: 'client/runtime.js', cuts: [['var is_fork = current_batch?.is_fork;', 'const is_fork = false;']] },
  {
    file: 'reactivity/batch.js',
    cuts: [
      ['export let batch_values = null;', 'export const batch_values = null;'],
      [/^\t+batch_values = [^;]*;$/gm, ''],
      [/^\t+batch_values\.set\([^;]*;$/gm, ''],
      [/^\t\tif \(this\.#is_deferred\(\)\) \{\n[^]*?\n\t\t\}\n/m, ''],
      ['if (!this.#is_deferred()) ', ''],
      [/^\t\t\tif \(async_mode_flag\) \{\n[^]*?\n\t\t\t\}\n/m, ''],
      [' || this.#skipped_branches.has(effect)', ''],
      ['this.#pending === 0 && ', ''],
      ['if (!this.is_fork) {\n\t\t\tsource.v = value;\n\t\t}', 'source.v = value;'],
      ['!batch.is_fork && ', ''],
      ['this.#deferred?.resolve();', ''],
      ['\t\tfor (const [effect, deferred] of batch.async_deriveds) {\n\t\t\tconst d = this.async_deriveds.get(effect);\n\t\t\tif (d) deferred.promise.then(d.resolve).catch(d.reject);\n\t\t}\n', ''],
      ['\t\tbatch.async_deriveds.clear();\n', ''],
      [' && !this.async_deriveds.has(effect)', ''],
      ['\t\tfor (const deferred of this.async_deriveds.values()) {\n\t\t\tdeferred.reject(OBSOLETE);\n\t\t}\n', ''],
      ['\t\tfor (const fn of this.#discard_callbacks) fn(this);\n\t\tthis.#discard_callbacks.clear();\n', ''],
      [/\t\tif \(\n\t\t\teffect\.b\?\.is_pending &&[^]*?\n\t\t\}\n/, ''],
      [/^\t(async_deriveds|#discard_callbacks|#pending|#blocking_pending|#deferred|#new_effects|#skipped_branches|#unskipped_branches|is_fork|#decrement_queued) = [^\n]*\n/gm, ''],
      ...['#is_deferred', '#is_skipped', 'skip_effect', 'unskip_effect', 'register_created_effect', '#commit', 'increment', 'decrement', 'ondiscard', 'settled'].map(
        (name) => [method(name), ''] as const,
      ),
    ],
  },
];

/** In the order in which they are made. */
export const CUTS: readonly Cut[] = [...HYDRATION, ...PROXIES, ...LEGACY, ...ASYNC];

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
  const cut = text.replaceAll(typeof there === 'string' ? there : new RegExp(there, [...new Set([...there.flags, 'g'])].join('')), instead);
  if (cut === text) throw new Error(`${id} has no ${String(there)}: Svelte does it in another way now`);
  return cut;
}
