import { PROTOCOL } from '../contract/protocol';
import type { Outbox } from '../db/outbox';
import type { Bulletin } from '../platform/bulletin';
import { say, sayCode } from '../words/words.svelte';
import { readDescribed, readToken } from './answers';
import { hear } from './clock';
import type { Server } from './server';

export interface EnrolTools {
  readonly server: Server;
  readonly outbox: Outbox;
  readonly bulletin: Bulletin;
}

export interface EnrolRequest {
  readonly code: string;
  readonly name: string;
  readonly version: string;
}

/** Makes this phone known to an event. Resolves to null, or to a sentence saying why not. The outbox is untouched. */
export async function enrol({ server, outbox, bulletin }: EnrolTools, request: EnrolRequest): Promise<string | null> {
  const device = await outbox.device();
  const { code, name, version } = request;
  const reply = await server.enrol({ code, name, device, app_version: version, protocol: PROTOCOL });
  if (reply.kind === 'offline') return say('enrol.offline');
  if (reply.kind === 'refusal') return sayCode('enrol', reply.code, reply.message);
  const [described, token] = [readDescribed(reply.body), readToken(reply.body)];
  if (described === null || token === null) return say('enrol.nonsense');
  await outbox.beginEpoch(reply.epoch);
  await hear(outbox, reply, described.serverTime);
  await outbox.remember('session', { ...described.description, token });
  bulletin.post({ topic: 'session' });
  bulletin.post({ topic: 'outbox', ids: 'all' });
  return null;
}
