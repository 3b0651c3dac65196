// Prints the app's JavaScript as it travels, gzipped, and fails when what a door needs to start, or all of it, is above its
// budget. What is opened now and then is one file, the decoder of codes another.
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const BUDGET = { start: 60_000, all: 83_000, plan: 3_000, listen: 1_200 };
const dist = fileURLToPath(new URL('../../static/dist/', import.meta.url));

const scripts = readdirSync(dist, { recursive: true }).filter((name) => name.endsWith('.js'));
const sizes = scripts.map((name) => ({ name, bytes: gzipSync(readFileSync(dist + name), { level: 9 }).length }));
const isPlan = ({ name }) => name === 'schedule.js';
const isListen = ({ name }) => name === 'schedule/listen.js';
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

for (const { name, bytes } of sizes) told(bytes, name);
const needed = sum(sizes.filter(isNeeded));
const all = sum(sizes.filter((each) => !isDecoder(each) && !isPlan(each) && !isListen(each)));
const plan = sum(sizes.filter(isPlan));
const listen = sum(sizes.filter(isListen));
told(needed, `to start a door, of ${BUDGET.start}`);
told(all, `in all without the decoder, of ${BUDGET.all}`);
told(plan, `for families' pages, of ${BUDGET.plan}`);
told(listen, `to listen to them, of ${BUDGET.listen}`);
if (!sizes.some(isDecoder)) throw new Error('the decoder is no file of its own any more');
if (needed > BUDGET.start || all > BUDGET.all || plan > BUDGET.plan || listen > BUDGET.listen) {
  console.error('The app is over its budget: a phone on a weak signal pays for every byte.');
  process.exit(1);
}
