// Fetches the page again and puts its #live part in place of ours, for as long as the part asks for it with
// data-refresh (seconds); with data-pokes also as soon as the server says that something moved. A person can stop it;
// a page that nobody sees waits.
const choice = document.getElementById("refresh-choice");
const wanted = document.getElementById("refresh");
const paused = document.getElementById("paused");
const stale = document.getElementById("stale");
const part = () => document.getElementById("live");
const APART = 3_000; // ms between two refreshes, however much moves
const AGAIN = 10_000; // ms until a lost socket is tried again, and up to twice that
const SILENCE = 45_000; // ms without a word after which a socket is lost
let timer;
let last = performance.now(); // when a refresh ended
let busy = false;
let moved = false; // since the last refresh began

async function fetched() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) throw new Error(`the server answered ${answer.status}`);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("live");
  if (fresh?.dataset.refresh) part().replaceWith(document.adoptNode(fresh));
  else location.reload();
}

async function refresh() {
  [busy, moved] = [true, false];
  if (!document.hidden && (wanted === null || wanted.checked) && !part().contains(document.activeElement)) {
    try {
      await fetched();
      stale.hidden = true;
    } catch {
      stale.hidden = false;
    }
  }
  [busy, last] = [false, performance.now()];
  later(moved ? APART : Number(part().dataset.refresh) * 1000);
}

function later(ms) {
  clearTimeout(timer);
  timer = setTimeout(refresh, ms);
}

function poked() {
  moved = true;
  if (!busy) later(Math.max(0, last + APART - performance.now()));
}

function listen() {
  const socket = new WebSocket(`${location.origin.replace("http", "ws")}/ws/v1/desk`);
  let silence;
  let heard = false;
  socket.addEventListener("message", ({ data }) => {
    clearTimeout(silence);
    silence = setTimeout(() => socket.close(), SILENCE);
    if (!heard || "poke" in JSON.parse(data)) poked(); // what moved before it was heard, nobody said
    heard = true;
  });
  socket.addEventListener("close", () => {
    clearTimeout(silence);
    setTimeout(listen, AGAIN * (1 + Math.random()));
  });
}

if (choice) choice.hidden = false;
function choose() {
  paused.hidden = wanted.checked;
  if (wanted.checked) poked();
}

wanted?.addEventListener("change", choose);
if (wanted && !wanted.checked) choose(); // a browser may remember it
later(Number(part().dataset.refresh) * 1000);
if ("pokes" in part().dataset) listen();
