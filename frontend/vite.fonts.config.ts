import { defineConfig } from 'vite';

// The letters of the pages for families, each file under a name of its contents, beside the pictures.
export default defineConfig({
  base: '/static/dist/',
  publicDir: false,
  build: {
    outDir: '../static/dist/',
    emptyOutDir: false,
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: 'src/features/schedule/fonts.css',
      output: {
        assetFileNames: ({ names }) => (names[0]?.endsWith('.css') ? 'schedule/fonts.css' : 'schedule/[name]-[hash][extname]'),
      },
    },
  },
});
