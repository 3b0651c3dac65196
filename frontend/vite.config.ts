import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import manifest from './package.json' with { type: 'json' };

export default defineConfig({
  base: '/static/dist/',
  plugins: [svelte()],
  define: { __APP_VERSION__: JSON.stringify(manifest.version) },
  build: {
    outDir: '../static/dist',
    emptyOutDir: true,
    manifest: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    rolldownOptions: { input: 'src/main.ts' },
  },
  // Tests run what the browser runs, not Svelte's server half.
  ...(process.env['VITEST'] ? { resolve: { conditions: ['browser'] } } : {}),
  test: { environment: 'node', include: ['src/**/*.test.ts'] },
});
