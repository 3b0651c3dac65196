import type { Worker } from './worker';

/** What the page says of pushes on this phone; its template has a text for each. */
export type State = 'on' | 'off' | 'denied' | 'never' | 'failed' | 'install';

/** What a browser says of itself. On iOS, pushes come only to a page on the home screen. */
export interface Ability {
  readonly push: boolean;
  readonly permission: NotificationPermission | null;
  readonly subscribed: boolean;
  /** An iPhone or iPad, and a page that is not on the home screen. */
  readonly mayInstall: boolean;
}

export function stateOf({ push, permission, subscribed, mayInstall }: Ability): State {
  if (!push || permission === null) return mayInstall ? 'install' : 'never';
  if (permission === 'denied') return 'denied';
  return permission === 'granted' && subscribed ? 'on' : 'off';
}

/** The part of the page that turns pushes on, after somebody pressed its button. */
export class Subscribing {
  readonly #key: string;
  readonly #path: string;

  /** `place`: with the key by which the server sends, and the path where it hears of browsers. */
  constructor(
    private readonly place: HTMLElement,
    private readonly worker: Worker,
  ) {
    this.#key = place.dataset['key'] ?? '';
    this.#path = place.dataset['browser'] ?? '';
  }

  async start(): Promise<void> {
    this.place.querySelector('#turn-on')?.addEventListener('click', () => void this.#turnOn());
    const push = this.worker.isThere && 'PushManager' in window;
    const subscription = push ? await (await this.worker.registration()).pushManager.getSubscription() : null;
    const ability = { push, permission: permission(), subscribed: subscription !== null, mayInstall: mayInstall() };
    const state = stateOf(ability);
    this.#show(state);
    if (this.worker.isThere) await this.#tell(state === 'on' ? subscription : null);
  }

  // The question must follow the tap at once, or browsers do not ask it.
  async #turnOn(): Promise<void> {
    if ((await Notification.requestPermission()) !== 'granted') return this.#show(permission() === 'denied' ? 'denied' : 'off');
    const subscription = await this.#subscribe().catch(() => null);
    const done = subscription !== null && (await this.#tell(subscription));
    this.#show(done ? 'on' : 'failed');
  }

  async #subscribe(): Promise<PushSubscription> {
    const { pushManager } = await this.worker.registration();
    const options = { userVisibleOnly: true, applicationServerKey: this.#key };
    try {
      return await pushManager.subscribe(options);
    } catch (error) {
      const old = await pushManager.getSubscription();
      if (old === null) throw error;
      await old.unsubscribe(); // it is of another key
      return pushManager.subscribe(options);
    }
  }

  /** The server, then the worker, which answers in the name of this phone from now on. */
  async #tell(subscription: PushSubscription | null): Promise<boolean> {
    const headers = { 'Content-Type': 'application/json' };
    const asked = { method: 'POST', headers, body: JSON.stringify(subscription), redirect: 'error' } as const;
    const answer = await fetch(this.#path, asked).catch(() => null);
    if (!answer?.ok) return false;
    const staff = answer.status === 204; // its browser answers in nobody's name
    const known = { path: this.#path, key: this.#key, endpoint: subscription?.endpoint ?? null };
    const kept = await this.worker.ask({ joined: { ...known, answer: staff ? null : await answer.json() } });
    return staff || kept;
  }

  #show(state: State): void {
    for (const part of this.place.querySelectorAll<HTMLElement>('[data-when]')) {
      part.hidden = !part.dataset['when']?.split(' ').includes(state);
    }
  }
}

function permission(): NotificationPermission | null {
  return 'Notification' in window ? Notification.permission : null;
}

// Only Safari on iOS has `standalone`.
function mayInstall(): boolean {
  return (navigator as { standalone?: boolean }).standalone === false;
}
