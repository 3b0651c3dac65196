import { mount } from 'svelte';
import App from './App.svelte';
import { Worker } from './platform/worker.svelte';
import { Parts } from './start';
import { codeIn } from './ui/route.svelte';
import { words } from './words/words.svelte';
import './ui/style.css';

/** The enrolment code of the link that opened the app; out of the address at once, so that nobody copies or keeps it. */
function takeCode(): string {
  const code = codeIn(location.hash);
  if (code !== '') history.replaceState(null, '', location.pathname + location.search);
  return code;
}

const target = document.getElementById('app');
if (target === null) throw new Error('the page has no #app');

const worker = new Worker();
void worker.register();
// A phone may keep the app open for days.
setInterval(() => void worker.look(), 3_600_000);
const code = takeCode();
void words.start().then(() => {
  mount(App, { target, props: { parts: new Parts(), worker, code } });
  document.getElementById('starting')?.remove();
  words.follow();
});
// The link may be opened in a tab that has the app already: the same page, another fragment.
window.addEventListener('hashchange', () => {
  if (location.hash.startsWith('#enrol=')) location.reload();
});
