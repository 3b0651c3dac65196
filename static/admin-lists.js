// On a phone each row of a list is a card, in which each cell says which column it is of.
for (const table of document.querySelectorAll("#result_list")) {
  const names = [...table.tHead.rows[0].cells].map((cell) => cell.querySelector(".text")?.textContent.trim() ?? "");
  for (const row of table.tBodies[0].rows) {
    [...row.cells].forEach((cell, at) => {
      cell.dataset.of = names[at];
    });
  }
  table.classList.add("as-cards");
}
