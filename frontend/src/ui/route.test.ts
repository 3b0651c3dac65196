import { expect, test } from 'vitest';
import { codeIn } from './route.svelte';

test.each([
  ['a code', '#enrol=ABC-DEF', 'ABC-DEF'],
  ['an escaped code', '#enrol=A%20B', 'A B'],
  ['a broken escape', '#enrol=AB%', 'AB%'],
  ['an escape of no letter', '#enrol=AB%FF', 'AB%FF'],
  ['no code', '#enrol=', ''],
  ['another screen', '#/sent', ''],
  ['nothing', '', ''],
])('the address with %s', (_, hash, code) => {
  expect(codeIn(hash)).toBe(code);
});
