import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import manifest from './package.json' with { type: 'json' };
import { en } from './src/words/en';

// No server ever renders this app, so a tenth of Svelte's client, which adopts such pages, is dead: say so to the bundler.
function withoutHydration(): Plugin {
  const [flag, setter] = ['export let hydrating = false;', '\thydrating = value;'];
  return {
    name: 'without-hydration',
    apply: 'build',
    transform: {
      filter: { id: /svelte\/src\/internal\/client\/dom\/hydration\.js$/ },
      handler(code) {
        if (!code.includes(flag) || !code.includes(setter)) this.error('Svelte hydrates in another way now');
        return code.replace(flag, 'export const hydrating = false;').replace(setter, '');
      },
    },
  };
}

// Before an `import()` Vite loads what that needs beforehand; ours need nothing, and the service worker has them all.
function withoutPreloading(): Plugin {
  return {
    name: 'without-preloading',
    apply: 'build',
    enforce: 'pre',
    load: { filter: { id: /^\0vite\/preload-helper/ }, handler: () => 'export const __vitePreload = (load) => load();' },
  };
}

// The English texts are written in TypeScript, for their keys and slots are the types of all others; they travel as every language does.
function english(): Plugin {
  return {
    name: 'english',
    resolveId: { filter: { id: /^virtual:english$/ }, handler: (id) => `\0${id}` },
    load: {
      filter: { id: /^\0virtual:english$/ },
      handler() {
        if (process.env['VITEST']) return "export default '/en.json'";
        const reference = this.emitFile({ type: 'asset', name: 'en.json', source: JSON.stringify({ reviewed: true, words: en }) });
        return `export default import.meta.ROLLUP_FILE_URL_${reference}`;
      },
    },
  };
}

// State here is single values and `$state.raw`, never an object that is changed in place (src/architecture.test.ts), so what
// makes such objects reactive is dead, too.
function withoutProxies(): Plugin {
  const start = 'export function proxy(value) {';
  return {
    name: 'without-proxies',
    apply: 'build',
    transform: {
      filter: { id: /svelte\/src\/internal\/client\/proxy\.js$/ },
      handler(code) {
        if (!code.includes(start)) this.error('Svelte makes objects reactive in another way now');
        return code.replace(start, 'export function proxy(value) {\n\treturn value;\n}\n\nfunction unused(value) {');
      },
    },
  };
}

export default defineConfig({
  base: '/static/dist/',
  plugins: [
    // Short names of styles: each template says them again and again.
    svelte({ compilerOptions: { cssHash: ({ hash, css }) => `s${hash(css).slice(0, 4)}`, discloseVersion: false } }),
    withoutHydration(),
    withoutProxies(),
    withoutPreloading(),
    english(),
  ],
  define: { __APP_VERSION__: JSON.stringify(manifest.version) },
  build: {
    outDir: '../static/dist',
    emptyOutDir: true,
    manifest: true,
    target: 'es2022',
    modulePreload: false,
    cssCodeSplit: false,
    rolldownOptions: {
      input: 'src/main.ts',
      optimization: { inlineConst: true },
      // Two files beside the decoder, however many screens there are: together they are packed smaller than each by itself.
      output: {
        codeSplitting: {
          groups: [
            { name: 'door', tags: ['$initial'], priority: 2 },
            { name: 'later', test: /^(?!.*zxing)/, priority: 1 },
          ],
        },
      },
    },
  },
  // Tests run what the browser runs, not Svelte's server half.
  ...(process.env['VITEST'] ? { resolve: { conditions: ['browser'] } } : {}),
  test: { environment: 'node', include: ['src/**/*.test.ts'], setupFiles: ['src/words/speak-english.ts'] },
});
