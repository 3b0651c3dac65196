// Fetches the page again and puts its #live part in place of ours, for as long as the part asks for it with
// data-refresh (seconds). A person can stop it; a page that nobody sees waits.
const choice = document.getElementById("refresh-choice");
const wanted = document.getElementById("refresh");
const stale = document.getElementById("stale");
const part = () => document.getElementById("live");

async function refresh() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) throw new Error(`the server answered ${answer.status}`);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("live");
  if (fresh?.dataset.refresh) part().replaceWith(document.adoptNode(fresh));
  else location.reload();
}

function later() {
  setTimeout(async () => {
    if (!document.hidden && (wanted === null || wanted.checked) && !part().contains(document.activeElement)) {
      try {
        await refresh();
        stale.hidden = true;
      } catch {
        stale.hidden = false;
      }
    }
    later();
  }, Number(part().dataset.refresh) * 1000);
}

if (choice) choice.hidden = false;
later();
