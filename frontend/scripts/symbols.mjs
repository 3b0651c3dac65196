// Puts the drawings of the symbols beside the other built files: those few of OpenMoji (CC BY-SA 4.0) that activities have.
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);
const known = JSON.parse(readFileSync(new URL('eventsync/schedule/pages/symbols.json', root), 'utf8'));
const drawings = new URL('frontend/node_modules/openmoji/color/svg/', root);
const built = new URL('static/dist/schedule/', root);

mkdirSync(built, { recursive: true });
for (const { openmoji } of Object.values(known)) {
  try {
    copyFileSync(new URL(`${openmoji}.svg`, drawings), new URL(`${openmoji}.svg`, built));
  } catch {
    console.error(`${fileURLToPath(drawings)} has no ${openmoji}.svg: run "npm ci" in frontend/, then this again.`);
    process.exit(1);
  }
}
