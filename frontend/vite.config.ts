import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import manifest from './package.json' with { type: 'json' };

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

export default defineConfig({
  base: '/static/dist/',
  plugins: [svelte(), withoutHydration()],
  define: { __APP_VERSION__: JSON.stringify(manifest.version) },
  build: {
    outDir: '../static/dist',
    emptyOutDir: true,
    manifest: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    rolldownOptions: { input: 'src/main.ts', optimization: { inlineConst: true } },
  },
  // Tests run what the browser runs, not Svelte's server half.
  ...(process.env['VITEST'] ? { resolve: { conditions: ['browser'] } } : {}),
  test: { environment: 'node', include: ['src/**/*.test.ts'] },
});
