import { defineConfig } from 'vite';

// What reads the pages for families aloud: a file of its own, for the pages do not wait for it.
export default defineConfig({
  publicDir: false,
  build: {
    outDir: '../static/dist/schedule/',
    emptyOutDir: false,
    target: 'es2022',
    rolldownOptions: {
      input: 'src/listen.ts',
      output: { format: 'iife', entryFileNames: 'listen.js' },
    },
  },
});
