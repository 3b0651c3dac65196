import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { defineConfig } from 'vite';

// Runs after the app's build: the service worker carries the list of everything the app needs to start without a network.
const dist = '../static/dist/';

interface ManifestEntry {
  file: string;
  css?: string[];
  assets?: string[];
}

const manifest = JSON.parse(readFileSync(`${dist}.vite/manifest.json`, 'utf8')) as Record<string, ManifestEntry>;
const built = Object.values(manifest).flatMap((entry) => [entry.file, ...(entry.css ?? []), ...(entry.assets ?? [])]);
const icons = readdirSync('../static/icons').sort();
const assets = [
  ...[...new Set(built)].sort().map((file) => `/static/dist/${file}`),
  ...icons.map((file) => `/static/icons/${file}`),
  '/app/manifest.webmanifest',
];

const rescueFiles = readdirSync('../static/rescue').sort();
const rescue = ['/rescue', ...rescueFiles.map((file) => `/static/rescue/${file}`)];

// A change of a page, of the icons, of the rescue or of the manifest alone must also make a new worker.
const contents = [
  ...['../templates/app.html', '../templates/rescue.html', '../eventsync/shell.py'],
  ...readdirSync('../eventsync/catalogues').sort().map((file) => `../eventsync/catalogues/${file}`),
  ...icons.map((file) => `../static/icons/${file}`),
  ...rescueFiles.map((file) => `../static/rescue/${file}`),
];
const fingerprint = createHash('sha256').update([...assets, ...rescue].join('\n'));
for (const path of contents) fingerprint.update(readFileSync(path));

export default defineConfig({
  define: {
    __PRECACHE__: JSON.stringify({ version: fingerprint.digest('hex').slice(0, 12), shell: '/app/', assets, rescue }),
  },
  publicDir: false,
  build: {
    outDir: dist,
    emptyOutDir: false,
    target: 'es2022',
    rolldownOptions: {
      input: 'src/sw/worker.ts',
      output: { format: 'iife', entryFileNames: 'sw.js' },
    },
  },
});
