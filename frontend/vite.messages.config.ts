import { defineConfig } from 'vite';

// The script of the page of messages.
export default defineConfig({
  publicDir: false,
  build: {
    outDir: '../static/dist/schedule/',
    emptyOutDir: false,
    target: 'es2022',
    rolldownOptions: {
      input: 'src/messages.ts',
      output: { format: 'iife', entryFileNames: 'messages.js' },
    },
  },
});
