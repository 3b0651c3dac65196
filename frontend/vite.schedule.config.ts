import { defineConfig } from 'vite';

// The script of the pages for families: one small file, under a name that the server knows.
export default defineConfig({
  publicDir: false,
  build: {
    outDir: '../static/dist/',
    emptyOutDir: false,
    target: 'es2022',
    rolldownOptions: {
      input: 'src/schedule.ts',
      output: { format: 'iife', entryFileNames: 'schedule.js' },
    },
  },
});
