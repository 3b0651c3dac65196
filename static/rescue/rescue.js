// EventSync rescue: the page. Hand-written and independent of the app's version, so that a broken app breaks nothing here.

import { sendAll } from './exchange.js';
import { copyOf, openOutbox, readOutbox } from './outbox.js';

const element = (id) => document.getElementById(id);
const buttons = ['send', 'keep', 'share'].map(element);
let database = null;
let held = null;

function say(text, problem = false) {
  element('problem').textContent = problem ? text : '';
  element('problem').hidden = !problem;
  element('said').textContent = problem ? '' : text;
}

function records(count) {
  return count === 1 ? '1 record' : `${count} records`;
}

async function show() {
  held = await readOutbox(database);
  const waiting = held.rows.filter((row) => row.settled === null);
  const aside = waiting.filter((row) => row.stuck !== null);
  element('waiting').textContent = waiting.length;
  element('aside').textContent = aside.length;
  element('settled').textContent = held.rows.length - waiting.length;
  element('event').textContent = held.session ? held.session.event.name : 'none';
  element('device').textContent = held.device ?? 'none';
  element('facts').hidden = false;
  return waiting.length;
}

/** Runs what a person asked for, one thing at a time, and never leaves them without a word. */
async function attempt(work) {
  const asked = document.activeElement;
  for (const button of buttons) button.disabled = true;
  try {
    await work();
  } catch (error) {
    console.error(error);
    say(`That did not work (${error.message}). Nothing is lost. Please try again.`, true);
  }
  for (const button of buttons) button.disabled = false;
  // A button that is switched off for a moment loses the focus.
  if (document.activeElement === document.body) asked?.focus();
}

/** The app's own lock, so that two senders do not talk at once; not for ever, for a broken app may hold it. */
async function alone(work) {
  if (!('locks' in navigator)) return work();
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), 5_000);
  try {
    return await navigator.locks.request('eventsync-push', { signal: patience.signal }, () => (clearTimeout(timer), work()));
  } catch (error) {
    if (!patience.signal.aborted) throw error;
    return work();
  }
}

async function send() {
  const before = await show();
  if (before === 0) return say('Nothing waits: everything that was recorded here has been sent.');
  if (!held.session) return say('This phone is enrolled for no event, so it cannot send. Keep a copy and hand it over.', true);
  say('Sending…');
  const stopped = await alone(() => sendAll(database, (left) => say(`Sending… ${records(left)} to go.`)));
  const after = await show();
  // An app that is open in another tab looks again.
  if ('BroadcastChannel' in window) new BroadcastChannel('eventsync').postMessage({ topic: 'outbox', ids: 'all' });
  tell(stopped, before, after);
}

function tell(stopped, before, after) {
  const sent = `${records(Math.max(0, before - after))} sent.`;
  if (after === 0) return say(`${sent} Nothing waits any more.`);
  const left = `${sent} ${records(after)} not yet: nothing is lost.`;
  if (stopped === null) return say(`${left} The server wants them later, or cannot read them. Keep a copy and show it to the organisers.`, true);
  if (stopped.kind === 'offline') return say(`${left} The server did not answer (${stopped.why}). Try again with signal, or keep a copy.`, true);
  if (stopped.code === 'unauthenticated') return say(`${left} The server does not know this phone any more. Keep a copy and hand it over.`, true);
  say(`${left} The server says: ${stopped.why}`, true);
}

async function keep() {
  await show();
  const { name, text } = copyOf(held);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/x-ndjson' }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  say(`A copy of ${records(held.rows.length)} was saved among this phone’s downloads.`);
}

// Chromium shares only names that end as it expects, and `.ndjson` is none of them.
function asShared({ name, text }) {
  return new File([text], `${name}.txt`, { type: 'text/plain' });
}

async function share() {
  try {
    await navigator.share({ files: [asShared(copyOf(held))] });
    say('The copy was shared.');
  } catch (error) {
    if (error.name === 'AbortError') return say('Nothing was shared.');
    await keep();
  }
}

async function start() {
  try {
    database = await openOutbox();
  } catch (error) {
    return say(`This browser does not let the page read what was recorded (${error.message}). Leave private browsing, or allow site data.`, true);
  }
  if (database === null) {
    return say('Nothing was ever recorded in this browser. If the app is on the home screen or in another browser, open this page there.');
  }
  const waiting = await show();
  say(waiting === 0 ? 'Nothing waits: everything that was recorded here has been sent.' : `${records(waiting)} to send.`);
  element('send').addEventListener('click', () => attempt(send));
  element('keep').addEventListener('click', () => attempt(keep));
  element('share').addEventListener('click', () => attempt(share));
  element('share').hidden = !navigator.canShare?.({ files: [asShared({ name: 'copy', text: '' })] });
  element('actions').hidden = false;
}

void attempt(start);
