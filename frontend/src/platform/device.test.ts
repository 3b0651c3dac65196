import { expect, test } from 'vitest';
import { installFirst } from './device';

const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X)';
const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)';

test.each([
  ['Safari on an iPhone', { agent: IPHONE, touches: 5, installed: false }, true],
  ['the home screen of an iPhone', { agent: IPHONE, touches: 5, installed: true }, false],
  ['Safari on an iPad', { agent: MAC, touches: 5, installed: false }, true],
  ['a Mac', { agent: MAC, touches: 0, installed: false }, false],
  ['Android', { agent: 'Mozilla/5.0 (Linux; Android 15) Mobile', touches: 5, installed: false }, false],
])('%s', (_, here, first) => {
  expect(installFirst(here)).toBe(first);
});
