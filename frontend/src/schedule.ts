import { Choices } from './features/schedule/choices';
import { isSame } from './features/schedule/present';
import { Keeper } from './features/schedule/keeper';
import { Live } from './features/schedule/live';
import { readUpTo, unread } from './features/schedule/mark';
import { Own } from './features/schedule/own';
import { Sheet } from './features/schedule/sheet';

// The pages for families are whole without this. With it they are there without a network, and say when they are old.
const { release = '0', copy = '', kept, mine } = document.documentElement.dataset;
const isKept = kept !== undefined;
const sheet = new Sheet(document);
const keeper = new Keeper(copy);
const own = new Own();
const opened = Date.now();
const shown = sheet.at(opened);

const event = location.pathname.split('/')[2] ?? '';
const read = readUpTo(event, Number(new URLSearchParams(location.search).get('seen')) || 0);
document.querySelector('.read a')?.addEventListener('click', () => unread(event));

if (read >= Number(release)) sheet.hideChanges();
if (isKept) {
  sheet.showPresent(opened);
  sheet.markHere(location.pathname);
  void own.days().then((days) => sheet.showDays(days));
}

const form = document.querySelector<HTMLFormElement>('#settings');
if (form !== null) new Choices(document, form).start();

let held: number | null = null;

async function look(): Promise<void> {
  if (document.visibilityState !== 'visible') return live.rest();
  live.listen();
  if (!(await own.keep(mine))) return location.reload(); // the card was taken back: what it showed goes at once
  const newest = await keeper.keep();
  if (newest === null) return;
  if (newest !== Number(release)) sheet.offer('plan');
  else if (isKept) sheet.offer('online');
  if (newest !== held) await keeper.keepExtras();
  held = newest;
}

// A crowd that hears of it at once asks one after the other.
const SOON_MS = 10_000;
const live = new Live(`${location.origin.replace('http', 'ws')}/ws/v1/plan/${event}`, () => {
  held = null; // pictures may be others in the same release
  setTimeout(() => void look(), Math.random() * SOON_MS);
});

function watchTheClock(): void {
  const now = Date.now();
  const saysWhatIsNow = sheet.present !== null && !sheet.present.hidden;
  if (saysWhatIsNow && (!sheet.isOf(now) || !isSame(sheet.at(now), shown))) sheet.offer('later');
}

const LOOK_MS = 60_000;

// Not all phones at once.
function again(): void {
  setTimeout(() => void look().finally(again), LOOK_MS * (0.75 + Math.random() / 2));
}

void keeper.start().then(look).finally(again);
setInterval(watchTheClock, 15_000);
window.addEventListener('online', () => void look());
document.addEventListener('visibilitychange', () => {
  watchTheClock();
  void look();
});
