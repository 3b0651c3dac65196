import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FLAGS } from './words';

/** The flags that docs/protocol.md, section 3, says a verdict may carry. */
function documented(): string[] {
  const protocol = readFileSync(new URL('../../../../docs/protocol.md', import.meta.url), 'utf8');
  const section = /^## 3\. .*?(?=^## 4\. )/ms.exec(protocol)?.[0] ?? '';
  const list = /what a person should know:(.*?)\. Flags given/s.exec(section)?.[1] ?? '';
  return [...list.matchAll(/`(\w+)`/g)].map(([, flag]) => flag ?? '');
}

test('every flag of the protocol has a sentence, and no other has', () => {
  expect(documented()).toContain('second_admission');
  expect(Object.keys(FLAGS).sort()).toEqual(documented().sort());
});

test('an override says what happened, and invents nobody who decided it', () => {
  expect(FLAGS['override']).toBe('Let in with a reason, although something spoke against it.');
});
