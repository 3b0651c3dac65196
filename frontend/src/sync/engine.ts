import { exclusively } from '../platform/lock';
import { Loop, type Outcome } from './loop';
import { Pull, type PullTools } from './pull';
import { Push } from './push';

const OTHER_TAB_MS = 5_000;

/** The two loops. Neither waits for the other, and neither's failures stop the other. */
export class Engine {
  #push: Loop;
  #pull: Loop;

  constructor(tools: Omit<PullTools, 'repush'>) {
    const push = new Push({
      ...tools,
      report: (report) => {
        tools.report(report);
        if (report.kind === 'heard') this.#pull.kick();
      },
    });
    const pull = new Pull({ ...tools, repush: () => this.#push.kick() });
    this.#push = new Loop(() => alone('eventsync-push', () => push.round()));
    this.#pull = new Loop(() => alone('eventsync-pull', () => pull.round()));
  }

  /** Something was recorded. */
  push(): void {
    this.#push.kick();
  }

  /** Now: the screen lit up, the network came back, a person asked. */
  both(): void {
    this.#push.kick();
    this.#pull.kick();
  }

  stop(): void {
    this.#push.stop();
    this.#pull.stop();
  }
}

async function alone(name: string, round: () => Promise<Outcome>): Promise<Outcome> {
  return (await exclusively(name, round)) ?? { kind: 'rest', ms: OTHER_TAB_MS };
}
