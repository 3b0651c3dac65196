interface Surroundings {
  readonly agent: string;
  readonly touches: number;
  readonly installed: boolean;
}

/** Whether this is Safari's own storage on an iPhone or iPad: the app on the home screen has another, and Safari clears its own. */
export function installFirst(here: Surroundings = surroundings()): boolean {
  // An iPad calls itself a Mac, and no Mac has a touch screen.
  return !here.installed && (/iPhone|iPad/.test(here.agent) || (/Macintosh/.test(here.agent) && here.touches > 1));
}

function surroundings(): Surroundings {
  const { userAgent: agent, maxTouchPoints: touches } = navigator;
  return { agent, touches, installed: matchMedia('(display-mode: standalone)').matches };
}

/** What organisers see as this device's name until somebody gives it a better one. */
export function deviceName(agent: string = navigator.userAgent): string {
  if (/iPhone/.test(agent)) return 'iPhone';
  if (/iPad/.test(agent)) return 'iPad';
  if (/Android/.test(agent)) return /Mobile/.test(agent) ? 'Android phone' : 'Android tablet';
  if (/Macintosh/.test(agent)) return 'Mac';
  if (/Windows/.test(agent)) return 'Windows computer';
  return 'Computer';
}
