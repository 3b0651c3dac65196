import { expect, test } from 'vitest';
import { stateOf, type Ability, type State } from './subscribing';

const ABLE: Ability = { push: true, permission: 'default', subscribed: false, mayInstall: false };

test.each<[string, Partial<Ability>, State]>([
  ['nobody was asked', {}, 'off'],
  ['it may, and does', { permission: 'granted', subscribed: true }, 'on'],
  ['it may, and does not yet', { permission: 'granted' }, 'off'],
  ['somebody said no', { permission: 'denied' }, 'denied'],
  ['no browser for it', { push: false }, 'never'],
  ['no permission to be had', { permission: null }, 'never'],
  ['an iPhone, in Safari', { push: false, permission: null, mayInstall: true }, 'install'],
])('%s', (_, ability, state) => {
  expect(stateOf({ ...ABLE, ...ability })).toBe(state);
});
