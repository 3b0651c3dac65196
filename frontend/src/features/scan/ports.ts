import type { Sighting } from './reading';

/** Why there is no picture, or nobody to read it. */
export type Fault = 'refused' | 'absent' | 'busy' | 'insecure' | 'broken' | 'unread';

export interface Zoom {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

export interface Camera {
  readonly id: string;
  readonly stream: MediaStream;
  abilities(): { readonly torch: boolean; readonly zoom: Zoom | null };
  light(on: boolean): Promise<void>;
  zoom(factor: number): Promise<void>;
  stop(): void;
}

export type Decoder = (video: HTMLVideoElement) => Promise<readonly Sighting[]>;

/** What the scanner needs of the phone; start.ts connects it, tests play it. */
export interface Ports {
  /** Rejects with `{fault}`. `ended` is called when the picture is taken away later. */
  openCamera(preferred: string, ended: () => void): Promise<Camera>;
  listCameras(): Promise<readonly { readonly id: string; readonly name: string }[]>;
  loadDecoder(): Promise<Decoder>;
  keepAwake(): Promise<() => void>;
  /** Milliseconds since whenever. */
  now(): number;
  pause(ms: number): Promise<void>;
}
