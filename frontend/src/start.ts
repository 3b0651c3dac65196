import { attempt } from './db/connection';
import { Outbox } from './db/outbox';
import { Records } from './db/records';
import { Desk } from './features/door/desk.svelte';
import { Scanner } from './features/scan/scanner.svelte';
import { Attendance } from './operations/attendance.svelte';
import { Conflicts } from './operations/conflicts.svelte';
import { Exchange } from './operations/exchange.svelte';
import { Guardians } from './operations/guardians.svelte';
import { Holds } from './operations/holds.svelte';
import { OutboxView } from './operations/outbox.svelte';
import { Reading } from './operations/reading';
import { Roster } from './operations/roster.svelte';
import { Session } from './operations/session.svelte';
import { Settings } from './operations/settings.svelte';
import { Bulletin } from './platform/bulletin';
import { listCameras, openCamera } from './platform/camera';
import { loadDecoder } from './platform/decoder';
import { deviceName } from './platform/device';
import { Chime, vibrate, type Tone } from './platform/feel';
import { vitals } from './platform/vitals';
import { keepAwake } from './platform/wakelock';
import { Engine } from './sync/engine';
import { enrol } from './sync/enrol';
import { eraseExpired } from './sync/expiry';
import { Server } from './sync/server';

declare const __APP_VERSION__: string;
export const VERSION = __APP_VERSION__;

/** The parts of the app, wired. */
export class Parts {
  readonly #bulletin = new Bulletin();
  readonly #stored = new Outbox();
  readonly #records = new Records();
  readonly #server = new Server();
  readonly session = new Session(this.#stored, this.#bulletin);
  readonly outbox = new OutboxView(this.#stored, this.#bulletin, () => this.#engine.push());
  readonly roster: Roster = new Roster(this.#records, this.outbox, () => this.attendance.cursors);
  readonly attendance = new Attendance(this.#records, this.outbox, this.roster);
  readonly holds = new Holds(this.outbox, this.attendance, this.roster);
  readonly guardians = new Guardians(this.#records, this.outbox);
  readonly conflicts = new Conflicts(this.#records, this.outbox, this.attendance);
  readonly exchange = new Exchange();
  readonly settings = new Settings();
  readonly desk = new Desk({
    event: () => this.session.enrolment?.event.id ?? '',
    roster: this.roster,
    attendance: this.attendance,
    holds: this.holds,
    guardians: () => (this.session.may('checkin.release_try') ? this.guardians : null),
    outbox: this.outbox,
    settings: this.settings,
    signal: (signal) => this.signal(signal),
  });
  readonly scanner = new Scanner({
    openCamera,
    listCameras,
    loadDecoder,
    keepAwake,
    now: () => performance.now(),
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  });
  readonly #chime = new Chime();
  readonly keepAwake = keepAwake;
  readonly #engine = new Engine({
    server: this.#server,
    outbox: this.#stored,
    records: this.#records,
    bulletin: this.#bulletin,
    report: (report) => this.exchange.take(report),
    openSocket: () => new WebSocket(`${location.origin.replace(/^http/, 'ws')}/ws/v1/poke`),
    vitals,
    isVisible: () => document.visibilityState === 'visible',
  });
  #kept: { readonly owner: string; readonly part: unknown } | null = null;
  readonly #reading = new Reading(this, this.#records, this.#bulletin);

  /** Proves the storage, reads everything, starts the exchange. Rejects with StorageError. */
  async start(): Promise<void> {
    await this.#stored.prove();
    await this.#reading.session();
    void this.#records.forgetOlder().catch((error: unknown) => console.warn('what an older version pulled is still here', error));
    // Before anybody sees a name.
    if (this.session.enrolment !== null) await eraseExpired(this.#records, this.#bulletin, this.session.enrolment.profile, Date.now());
    await this.#reading.begin();
    this.#wake();
  }

  /** Tells ears and hands, as far as the person holding the phone wants. */
  signal = ({ tones, beat }: { readonly tones: readonly Tone[]; readonly beat: readonly number[] }): void => {
    const { sound, vibration } = this.settings.choices;
    if (sound) void this.#chime.play(tones);
    if (vibration) vibrate(beat);
  };

  /** A part that stores by itself, of a screen that is opened now and then: its code comes with the screen. */
  storing<Part>(Part: new (outbox: Outbox, bulletin: Bulletin, recorded: () => void) => Part): Part {
    return new Part(this.#stored, this.#bulletin, () => this.#engine.push());
  }

  /** What was begun on such a screen: there as long as the page is, for the same volunteer at the same event. */
  keeping<Part>(Begun: new (outbox: OutboxView) => Part): Part {
    const owner = `${this.session.enrolment?.event.id}|${this.session.actor}`;
    const kept = this.#kept?.owner === owner ? this.#kept.part : new Begun(this.outbox);
    this.#kept = { owner, part: kept };
    return kept as Part;
  }

  enrol = async (code: string): Promise<string | null> => {
    const problem = await enrol(
      { server: this.#server, outbox: this.#stored, bulletin: this.#bulletin },
      { code, name: deviceName(), version: VERSION },
    );
    if (problem !== null) return problem;
    this.exchange.enrolled();
    await this.session.load();
    this.#engine.both();
    return null;
  };

  /** A person asks for it. */
  exchangeNow = (): void => this.#engine.both();

  /** Windows open and close with the clock. Resolves to how far this phone's is off, ms; null when that is not known. */
  async tick(): Promise<number | null> {
    let offset: number | null = null;
    const message = await attempt(async () => {
      offset = (await this.#stored.read('offset')) ?? null;
    });
    if (message !== null) this.exchange.take({ kind: 'storage', message });
    this.attendance.tick(Date.now(), offset ?? undefined);
    return offset;
  }

  #wake(): void {
    const now = (): void => this.#engine.both();
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && now());
    for (const name of ['online', 'focus', 'pageshow']) window.addEventListener(name, now);
    now();
  }
}
