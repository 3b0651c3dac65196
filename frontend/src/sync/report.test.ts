import { expect, test } from 'vitest';
import { reportOf } from './report';
import type { RefusalCode } from './server';

test.each<[RefusalCode, unknown]>([
  ['unauthenticated', { kind: 'enrol_again' }],
  ['device_revoked', { kind: 'revoked' }],
  ['slow_down', { kind: 'offline', why: 'no' }],
  ['unavailable', { kind: 'offline', why: 'no' }],
  ['forbidden', { kind: 'refused', message: 'no' }],
  ['too_large', { kind: 'refused', message: 'no' }],
])('%s', (code, report) => {
  expect(reportOf({ kind: 'refusal', code, message: 'no', reason: null, retryAfterMs: null, epoch: 'e' })).toEqual(report);
});
