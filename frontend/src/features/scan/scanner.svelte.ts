import type { Camera, Decoder, Fault, Ports, Zoom } from './ports';
import { rest } from './pace';
import { Reading } from './reading';

type State =
  | { readonly kind: 'off' }
  | { readonly kind: 'starting' }
  | { readonly kind: 'on'; readonly camera: Camera; readonly decode: Decoder }
  | { readonly kind: 'fault'; readonly fault: Fault };

interface Watched {
  readonly turn: number;
  readonly decode: Decoder;
  readonly met: (text: string) => void;
}

interface Choice {
  readonly id: string;
  readonly name: string;
}

interface Abilities {
  readonly torch: boolean;
  readonly zoom: Zoom | null;
}

/** How long a camera may give no picture. */
const DARK_MS = 10_000;
const NOTHING: Abilities = { torch: false, zoom: null };

/** The camera at work: opened and closed as often as the screen comes and goes, never twice at once. */
export class Scanner {
  #state = $state.raw<State>({ kind: 'off' });
  #abilities = $state.raw<Abilities>(NOTHING);
  #cameras = $state.raw<readonly Choice[]>([]);
  #lit = $state(false);
  #reading = new Reading();
  #decoder: Decoder | null = null;
  /** Whatever began under an older number has been given up meanwhile. */
  #turn = 0;
  #release: () => void = () => undefined;

  constructor(private readonly ports: Ports) {}

  get state(): State {
    return this.#state;
  }

  get abilities(): Abilities {
    return this.#abilities;
  }

  /** From the first opening on, also while none is open: another one may work. */
  get cameras(): readonly Choice[] {
    return this.#cameras;
  }

  get lit(): boolean {
    return this.#lit;
  }

  /** Opens the camera of that id, or any. Ends in `on` or `fault`, unless it is closed or opened anew before. */
  async open(preferred: string): Promise<void> {
    this.close();
    const turn = this.#turn;
    this.#state = { kind: 'starting' };
    const loading = this.#load();
    try {
      const camera = await this.ports.openCamera(preferred, () => this.#fail(turn, 'broken'));
      const decode = await loading;
      if (turn !== this.#turn || decode === null) camera.stop();
      if (decode === null) this.#fail(turn, 'unread');
      else if (turn === this.#turn) await this.#begin({ kind: 'on', camera, decode });
    } catch (error) {
      this.#fail(turn, faultOf(error));
    }
  }

  /** Lets go of the camera, its light and the screen. */
  close(): void {
    this.#turn++;
    if (this.#state.kind === 'on') this.#state.camera.stop();
    this.#state = { kind: 'off' };
    this.#abilities = NOTHING;
    this.#lit = false;
    this.#release();
    this.#release = () => undefined;
  }

  async light(on: boolean): Promise<void> {
    if (this.#state.kind !== 'on') return;
    await this.#state.camera.light(on).then(
      () => (this.#lit = on),
      (error: unknown) => console.warn('the light does not obey', error),
    );
  }

  async zoom(factor: number): Promise<void> {
    if (this.#state.kind === 'on') await this.#state.camera.zoom(factor).catch((error: unknown) => console.warn('no zoom', error));
  }

  /** Shows the picture in `video` and calls `met` for each code that is shown anew; until the camera is closed. */
  async watch(video: HTMLVideoElement, met: (text: string) => void): Promise<void> {
    if (this.#state.kind !== 'on') return;
    const turn = this.#turn;
    const { camera, decode } = this.#state;
    video.srcObject = camera.stream;
    // It rejects when the camera is closed meanwhile; a picture that never comes is noticed below.
    await video.play().catch(() => undefined);
    if (turn === this.#turn) this.#abilities = camera.abilities();
    try {
      await this.#look(video, { turn, decode, met });
    } catch (error) {
      console.error('no picture can be read', error);
      this.#decoder = null;
      this.#fail(turn, 'unread');
    }
  }

  async #load(): Promise<Decoder | null> {
    try {
      return (this.#decoder ??= await this.ports.loadDecoder());
    } catch (error) {
      console.warn('nothing reads codes', error);
      return null;
    }
  }

  async #look(video: HTMLVideoElement, watched: Watched): Promise<void> {
    const { now, pause } = this.ports;
    let [seen, bright] = [now(), now()];
    while (watched.turn === this.#turn) {
      const began = now();
      if (video.readyState >= HAVE_PICTURE) {
        bright = began;
        if (await this.#read(video, watched, began)) seen = began;
      }
      if (began - bright > DARK_MS) this.#fail(watched.turn, 'broken');
      else await pause(rest({ spent: now() - began, idle: began - seen }));
    }
  }

  /** Says whether there was any code in the picture. */
  async #read(video: HTMLVideoElement, { turn, decode, met }: Watched, at: number): Promise<boolean> {
    const sightings = await decode(video);
    const text = turn === this.#turn ? this.#reading.take(sightings, at) : null;
    if (text !== null) met(text);
    return sightings.length > 0;
  }

  async #begin(on: State & { kind: 'on' }): Promise<void> {
    const turn = this.#turn;
    this.#state = on;
    const [release, cameras] = await Promise.all([this.ports.keepAwake(), this.ports.listCameras().catch(() => [])]);
    if (turn !== this.#turn) return release();
    this.#release = release;
    this.#cameras = cameras;
  }

  #fail(turn: number, fault: Fault): void {
    if (turn !== this.#turn) return;
    this.close();
    this.#state = { kind: 'fault', fault };
  }
}

// HTMLMediaElement.HAVE_CURRENT_DATA, which tests without a browser do not have.
const HAVE_PICTURE = 2;

function faultOf(error: unknown): Fault {
  return typeof error === 'object' && error !== null && 'fault' in error ? (error.fault as Fault) : 'broken';
}
