// On a phone each row of a list is a card, in which each cell says which column it is of. The columns' links to sort by
// them are listed above the cards.
function sorting(table) {
  const columns = [...table.tHead.rows[0].cells].filter((cell) => cell.classList.contains("sortable"));
  if (columns.length === 0) return;
  const details = document.createElement("details");
  details.className = "sorting";
  const summary = details.appendChild(document.createElement("summary"));
  const list = details.appendChild(document.createElement("ul"));
  const by = [];
  for (const cell of columns) {
    const link = cell.querySelector(".text a").cloneNode(true);
    const order = ["ascending", "descending"].find((each) => cell.classList.contains(each));
    if (order) {
      link.append(`, ${order}`);
      link.setAttribute("aria-current", "true");
      by.push(link.textContent);
    }
    list.appendChild(document.createElement("li")).append(link);
  }
  summary.textContent = by.length ? `Sorted by ${by.join(", then ")}` : "Sort";
  table.before(details);
}

for (const table of document.querySelectorAll("#result_list")) {
  const names = [...table.tHead.rows[0].cells].map((cell) => cell.querySelector(".text")?.textContent.trim() ?? "");
  for (const row of table.tBodies[0].rows) {
    [...row.cells].forEach((cell, at) => {
      cell.dataset.of = names[at];
    });
  }
  table.classList.add("as-cards");
  sorting(table);
}
