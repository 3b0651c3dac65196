import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const ROOT = new URL('../../../../', import.meta.url);

test('each symbol of the pages has its drawing', () => {
  const known = JSON.parse(readFileSync(new URL('eventsync/schedule/pages/symbols.json', ROOT), 'utf8')) as Record<string, { openmoji: string }>;
  const drawings = Object.values(known).map(({ openmoji }) => new URL(`frontend/node_modules/openmoji/color/svg/${openmoji}.svg`, ROOT));
  expect(drawings.length).toBeGreaterThan(40);
  expect(drawings.filter((each) => !existsSync(each))).toEqual([]);
});
