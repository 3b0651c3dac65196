/** Why there is no picture. `insecure`: browsers give a camera to https addresses only. */
export type CameraFault = 'refused' | 'absent' | 'busy' | 'insecure' | 'broken';

export class CameraError extends Error {
  constructor(readonly fault: CameraFault) {
    super(`the camera gives no picture: ${fault}`);
  }
}

export interface Zoom {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

export interface Camera {
  readonly id: string;
  readonly stream: MediaStream;
  /** Known only after the first picture; Chromium on Android lists nothing before. */
  abilities(): { readonly torch: boolean; readonly zoom: Zoom | null };
  light(on: boolean): Promise<void>;
  zoom(factor: number): Promise<void>;
  stop(): void;
}

// Not in TypeScript's library: only Chromium on Android, and lately Safari, know them.
interface PhoneAbilities extends MediaTrackCapabilities {
  readonly torch?: boolean;
  readonly zoom?: { readonly min: number; readonly max: number; readonly step?: number };
}

// Enough for a long 1-D code across the picture; more frames or pixels only warm the phone.
const PICTURE = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 15, max: 30 } };

/** Opens the camera of the id `preferred` if it is still there, or one that looks that way. Rejects with CameraError. */
export async function openCamera(preferred: string, ended: () => void): Promise<Camera> {
  if (!navigator.mediaDevices?.getUserMedia) throw new CameraError(isSecureContext ? 'absent' : 'insecure');
  const wish = { ideal: preferred };
  const which = preferred === 'environment' || preferred === 'user' ? { facingMode: wish } : { deviceId: wish };
  const stream = await navigator.mediaDevices.getUserMedia({ video: { ...which, ...PICTURE } }).catch((error: unknown) => {
    throw new CameraError(faultOf(error));
  });
  const [track] = stream.getVideoTracks();
  if (track === undefined) throw new CameraError('broken');
  track.addEventListener('ended', ended);
  return asCamera(stream, track);
}

/** The cameras that a person can choose from; their names are known once one has been opened. */
export async function listCameras(): Promise<readonly { readonly id: string; readonly name: string }[]> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.filter(({ kind }) => kind === 'videoinput').map(({ deviceId, label }) => ({ id: deviceId, name: label }));
}

function asCamera(stream: MediaStream, track: MediaStreamTrack): Camera {
  // A phone that lists a light may still refuse to switch it on, as when it is hot: no reason to stop scanning.
  const apply = (wish: object): Promise<void> => track.applyConstraints({ advanced: [wish as MediaTrackConstraintSet] });
  return {
    id: track.getSettings().deviceId ?? '',
    stream,
    abilities: () => {
      const { torch, zoom }: PhoneAbilities = track.getCapabilities?.() ?? {};
      return { torch: torch === true, zoom: zoom && zoom.max > zoom.min ? { step: 0.1, ...zoom } : null };
    },
    light: (on) => apply({ torch: on }),
    zoom: (factor) => apply({ zoom: factor }),
    stop: () => stream.getTracks().forEach((each) => each.stop()),
  };
}

export function faultOf(error: unknown): CameraFault {
  switch (error instanceof DOMException ? error.name : '') {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'refused';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'absent';
    case 'NotReadableError':
    case 'AbortError':
      return 'busy';
    default:
      return 'broken';
  }
}
