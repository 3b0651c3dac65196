import { expect, test } from 'vitest';
import { reportOf } from './report';
import type { RefusalCode } from './server';

test.each<[RefusalCode, unknown]>([
  ['unauthenticated', { kind: 'enrol_again' }],
  ['device_revoked', { kind: 'revoked' }],
  ['slow_down', { kind: 'offline', why: 'the server is busy and asks this phone to wait' }],
  ['unavailable', { kind: 'offline', why: 'the server is not available just now' }],
  ['forbidden', { kind: 'refused', message: 'this phone may not do that' }],
  ['too_large', { kind: 'refused', message: 'it is too large for the server' }],
])('%s', (code, report) => {
  expect(reportOf({ kind: 'refusal', code, message: 'no', reason: null, retryAfterMs: null, epoch: 'e' })).toEqual(report);
});
