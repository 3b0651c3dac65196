import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import manifest from './package.json' with { type: 'json' };
import { lighterSvelte } from './scripts/lighter-svelte';
import { en } from './src/words/en';

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

export default defineConfig({
  base: '/static/dist/',
  plugins: [
    // Short names of styles: each template says them again and again.
    svelte({ compilerOptions: { cssHash: ({ hash, css }) => `s${hash(css).slice(0, 4)}`, discloseVersion: false } }),
    lighterSvelte(),
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
