import type { Enrolment } from '../contract/protocol';
import { envelope } from './envelope';
import type { Server } from './server';

/** Tells the server which lists were not what it has, and goes on until it has heard. */
export class Mismatches {
  #unheard = new Set<string>();

  constructor(private readonly server: Server) {}

  async note(session: Enrolment, stream: string): Promise<void> {
    this.#unheard.add(stream);
    await this.tell(session);
  }

  async tell(session: Enrolment): Promise<void> {
    for (const stream of this.#unheard) {
      const reply = await this.server.push(session, { ...envelope([]), checksum_mismatch: stream });
      if (reply.kind !== 'answer') return;
      this.#unheard.delete(stream);
    }
  }
}
