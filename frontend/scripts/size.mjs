// Prints the app's JavaScript as it travels, gzipped, and fails above the budget (60 kB without the decoder).
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const BUDGET = 60_000;
const dist = fileURLToPath(new URL('../../static/dist/', import.meta.url));

const scripts = readdirSync(dist, { recursive: true }).filter((name) => name.endsWith('.js'));
const sizes = scripts.map((name) => ({ name, bytes: gzipSync(readFileSync(dist + name), { level: 9 }).length }));
const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);

for (const { name, bytes } of sizes) console.log(`${String(bytes).padStart(7)} B gzipped  ${name}`);
console.log(`${String(total).padStart(7)} B gzipped  in total, of ${BUDGET}`);
if (total > BUDGET) {
  console.error('The app is over its budget: a phone on a weak signal pays for every byte.');
  process.exit(1);
}
