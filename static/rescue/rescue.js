// EventSync rescue: the page. Hand-written and independent of the app's version, so that a broken app breaks nothing here.

import { sendAll } from './exchange.js';
import { copyOf, openOutbox, readOutbox } from './outbox.js';

const element = (id) => document.getElementById(id);
const buttons = ['send', 'keep', 'share'].map(element);
// What this script says, where the page is an older one, which a phone had stored: each file comes by itself.
const SPARE = {
  none: 'none',
  to_send: { one: '{count} record to send.', other: '{count} records to send.' },
  nothing: 'Nothing waits: everything that was recorded here has been sent.',
  never: 'Nothing was ever recorded in this browser. If the app is on the home screen or in another browser, open this page there.',
  closed: 'This browser does not let the page read what was recorded ({why}). Leave private browsing, or allow site data.',
  failed: 'That did not work ({why}). Nothing is lost. Please try again.',
  not_enrolled: 'This phone is enrolled for no event, so it cannot send. Keep a copy and hand it over.',
  sending: 'Sending…',
  to_go: { one: 'Sending… {count} record to go.', other: 'Sending… {count} records to go.' },
  sent: { one: '{count} record sent.', other: '{count} records sent.' },
  done: 'Nothing waits any more.',
  left: { one: '{count} record not yet: nothing is lost.', other: '{count} records not yet: nothing is lost.' },
  later: 'The server wants them later, or cannot read them. Keep a copy and show it to the organisers.',
  offline: 'The server did not answer ({why}). Try again with signal, or keep a copy.',
  stranger: 'The server does not know this phone any more. Keep a copy and hand it over.',
  refused: 'The server says: {why}',
  kept: { one: 'A copy of {count} record was saved among this phone’s downloads.', other: 'A copy of {count} records was saved among this phone’s downloads.' },
  shared: 'The copy was shared.',
  not_shared: 'Nothing was shared.',
  why_no_connection: 'no connection',
  why_timeout: 'no answer within 20 seconds',
  why_no_server: 'no EventSync server answered (status {status})',
  why_web_page: 'a web page answered',
  why_status: 'the server answered with status {status}',
  why_nonsense: 'the answer makes no sense',
  why_changed: 'the server was changed just now',
};
const carried = element('catalogues');
// By language, {dir, words}: the page carries them, so that they are there whatever else is not.
const CATALOGUES = carried === null ? { en: { dir: 'ltr', words: SPARE } } : JSON.parse(carried.textContent);
const CHOICE = 'eventsync-language';
let language = 'en';
let database = null;
let held = null;

/** As somebody chose in the app (frontend/src/platform/language.ts), else as the phone does, else English. */
function speak() {
  const wanted = [chosen(), ...navigator.languages].map((tag) => tag.toLowerCase().split('-')[0]);
  language = wanted.find((code) => Object.keys(CATALOGUES).includes(code)) ?? 'en';
  Object.assign(document.documentElement, { lang: language, dir: CATALOGUES[language].dir });
  for (const each of document.querySelectorAll('[data-says]')) each.textContent = text(each.dataset.says);
  for (const each of document.querySelectorAll('[data-names]')) each.setAttribute('aria-label', text(each.dataset.names));
}

function chosen() {
  try {
    return localStorage.getItem(CHOICE) ?? '';
  } catch {
    return ''; // a browser that keeps nothing
  }
}

/** `values` by the names of the slots; `count` chooses among the forms of a text that counts. */
function text(key, values = {}) {
  const { dir, words } = CATALOGUES[language];
  // An older exchange.js says why in full.
  const found = words[key] ?? SPARE[key] ?? key.replace('why_', '');
  const form = typeof found === 'string' ? found : (found[new Intl.PluralRules(language).select(values.count)] ?? found.other);
  // In Arabic every value keeps its own direction.
  return form.replace(/\{(\w+)\}/g, (_, name) => (dir === 'rtl' ? `\u2068${values[name]}\u2069` : values[name]));
}

/** What stopped it: in our words, or in the server's own. */
function reason({ why, status, message }) {
  return message ?? text(`why_${why}`, { status });
}

function say(sentence, problem = false) {
  element('problem').textContent = problem ? sentence : '';
  element('problem').hidden = !problem;
  element('said').textContent = problem ? '' : sentence;
}

async function show() {
  held = await readOutbox(database);
  const waiting = held.rows.filter((row) => row.settled === null);
  const aside = waiting.filter((row) => row.stuck !== null);
  element('waiting').textContent = waiting.length;
  element('aside').textContent = aside.length;
  element('settled').textContent = held.rows.length - waiting.length;
  element('event').textContent = held.session ? held.session.event.name : text('none');
  element('device').textContent = held.device ?? text('none');
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
    say(text('failed', { why: error.message }), true);
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
  if (before === 0) return say(text('nothing'));
  if (!held.session) return say(text('not_enrolled'), true);
  say(text('sending'));
  const stopped = await alone(() => sendAll(database, (left) => say(text('to_go', { count: left }))));
  const after = await show();
  // An app that is open in another tab looks again.
  if ('BroadcastChannel' in window) new BroadcastChannel('eventsync').postMessage({ topic: 'outbox', ids: 'all' });
  tell(stopped, before, after);
}

function tell(stopped, before, after) {
  const sent = text('sent', { count: Math.max(0, before - after) });
  if (after === 0) return say(`${sent} ${text('done')}`);
  say(`${sent} ${text('left', { count: after })} ${obstacle(stopped)}`, true);
}

function obstacle(stopped) {
  if (stopped === null) return text('later');
  if (stopped.kind === 'offline') return text('offline', { why: reason(stopped) });
  return stopped.code === 'unauthenticated' ? text('stranger') : text('refused', { why: reason(stopped) });
}

async function keep() {
  await show();
  const { name, text: lines } = copyOf(held);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([lines], { type: 'application/x-ndjson' }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  say(text('kept', { count: held.rows.length }));
}

// Chromium shares only names that end as it expects, and `.ndjson` is none of them.
function asShared({ name, text: lines }) {
  return new File([lines], `${name}.txt`, { type: 'text/plain' });
}

async function share() {
  try {
    await navigator.share({ files: [asShared(copyOf(held))] });
    say(text('shared'));
  } catch (error) {
    if (error.name === 'AbortError') return say(text('not_shared'));
    await keep();
  }
}

async function start() {
  try {
    database = await openOutbox();
  } catch (error) {
    return say(text('closed', { why: error.message }), true);
  }
  if (database === null) {
    return say(text('never'));
  }
  const waiting = await show();
  say(waiting === 0 ? text('nothing') : text('to_send', { count: waiting }));
  element('send').addEventListener('click', () => attempt(send));
  element('keep').addEventListener('click', () => attempt(keep));
  element('share').addEventListener('click', () => attempt(share));
  element('share').hidden = !navigator.canShare?.({ files: [asShared({ name: 'copy', text: '' })] });
  element('actions').hidden = false;
}

speak();
addEventListener('storage', ({ key }) => key === CHOICE && speak()); // chosen in the app, in another tab
void attempt(start);
