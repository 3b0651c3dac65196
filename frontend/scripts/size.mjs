// Prints the app's JavaScript as it travels, gzipped, and fails when what a door needs to start, or all of it, is above its
// budget. What is opened now and then is one file, the decoder of codes another.
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const dist = fileURLToPath(new URL('../../static/dist/', import.meta.url));

const scripts = readdirSync(dist, { recursive: true }).filter((name) => name.endsWith('.js'));
const sizes = scripts.map((name) => ({ name, bytes: gzipSync(readFileSync(dist + name), { level: 9 }).length }));
const isDecoder = ({ name }) => name.startsWith('assets/zxing-');

const manifest = JSON.parse(readFileSync(`${dist}.vite/manifest.json`, 'utf8'));
const started = new Set(['sw.js']);
function start(key) {
  const { file, imports = [] } = manifest[key];
  if (started.has(file)) return;
  started.add(file);
  imports.forEach(start);
}
start('src/main.ts');
const isNeeded = ({ name }) => started.has(name);
const sum = (some) => some.reduce((total, { bytes }) => total + bytes, 0);
const told = (bytes, what) => console.log(`${String(bytes).padStart(7)} B gzipped  ${what}`);

// What the worker loads in the background when it is installed, on a door's phone as on every other.
const NOTICES = 'notices.js';
const isNotices = ({ name }) => name === NOTICES;

// What somebody else downloads than who stands at a door.
const OTHERS = {
  'schedule.js': [3_000, "for families' pages"],
  'schedule/listen.js': [1_200, 'to listen to them'],
  'schedule/messages.js': [1_400, 'for the page of messages'],
};
const isOthers = ({ name }) => name in OTHERS;

for (const { name, bytes } of sizes) told(bytes, name);
if (!sizes.some(isDecoder)) throw new Error('the decoder is no file of its own any more');
if (!sizes.some(isNotices)) throw new Error('the worker’s part for notices is no file of its own any more');
const isDoors = (each) => !isDecoder(each) && !isOthers(each);
const budgets = [
  [59_100, 'to start a door', isNeeded],
  [86_300, 'in all without the decoder and notices', (each) => isDoors(each) && !isNotices(each)],
  [9_100, 'for notices, in the background', isNotices],
  [95_400, 'that a door’s phone loads in all without the decoder', isDoors],
  ...Object.entries(OTHERS).map(([file, [budget, what]]) => [budget, what, ({ name }) => name === file]),
];
const over = budgets.filter(([budget, what, counts]) => {
  const bytes = sum(sizes.filter(counts));
  told(bytes, `${what}, of ${budget}`);
  return bytes > budget;
});
if (over.length > 0) {
  console.error('The app is over its budget: a phone on a weak signal pays for every byte.');
  process.exit(1);
}
