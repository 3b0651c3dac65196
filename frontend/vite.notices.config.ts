import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

// What the service worker does with notices: a script of its own, that it imports. It speaks to nobody, so it has no words.
export default defineConfig({
  publicDir: false,
  resolve: {
    alias: [{ find: /^.*\/words\/words\.svelte$/, replacement: fileURLToPath(new URL('src/sw/notices/silent.ts', import.meta.url)) }],
  },
  build: {
    outDir: '../static/dist/',
    emptyOutDir: false,
    target: 'es2022',
    rolldownOptions: {
      input: 'src/sw/notices.ts',
      output: { format: 'iife', entryFileNames: 'notices.js' },
    },
  },
});
