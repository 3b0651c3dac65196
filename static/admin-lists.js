// On a phone each row of a list is a card, in which each cell says which column it is of. The columns' links to sort by
// them are listed above the cards.
const ORDERS = { ascending: "first to last", descending: "last to first" };

function orderOf(column) {
  return ORDERS[Object.keys(ORDERS).find((each) => column.classList.contains(each))];
}

function priorityOf(column) {
  return Number(column.querySelector(".sortpriority")?.textContent || 1);
}

function summaryOf(columns) {
  const sorted = columns.filter(orderOf).sort((one, other) => priorityOf(one) - priorityOf(other));
  const told = sorted.map((column) => `${column.querySelector(".text").textContent.trim()}, ${orderOf(column)}`);
  return told.length ? `Sorted by ${told.join(", then by ")}` : "Sort";
}

function linkOf(column) {
  const link = column.querySelector(".text a").cloneNode(true);
  if (orderOf(column)) link.setAttribute("aria-current", "true");
  return link;
}

function sorting(columns) {
  const details = document.createElement("details");
  details.className = "sorting";
  details.appendChild(document.createElement("summary")).textContent = summaryOf(columns);
  const list = details.appendChild(document.createElement("ul"));
  for (const column of columns) list.appendChild(document.createElement("li")).append(linkOf(column));
  return details;
}

for (const table of document.querySelectorAll("#result_list")) {
  const columns = [...table.tHead.rows[0].cells];
  const names = columns.map((cell) => cell.querySelector(".text")?.textContent.trim() ?? "");
  for (const row of table.tBodies[0].rows) {
    [...row.cells].forEach((cell, at) => {
      cell.dataset.of = names[at];
    });
  }
  table.classList.add("as-cards");
  const sortable = columns.filter((cell) => cell.classList.contains("sortable"));
  if (sortable.length > 0) table.before(sorting(sortable));
}
