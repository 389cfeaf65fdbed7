// Sorts a table by a column, rising, falling, and back as it was: by a click or key on its heading.
// Opens folds for links and for paper.
"use strict";
(() => {
  const NEXT = { none: "ascending", ascending: "descending", descending: "none" };

  // "1,234", "1 234", "12 %", "+3.1" and "8x8" by their number; other words stay words.
  const valueOf = (row, column) => {
    const text = row.cells[column].textContent.trim();
    const plain = text.replace(/\u2212/g, "-").replace(/[,\s\u00a0\u202f](?=\d{3}(\D|$))/g, "");
    const found = plain.match(/^[+~≈<]?\s*(-?\d+(\.\d+)?(e[-+]?\d+)?)/i);
    return { text, number: found ? Number(found[1]) : null, none: text === "" || text === "–" };
  };

  const compare = (a, b) =>
    a.number !== null && b.number !== null
      ? a.number - b.number
      : a.number !== null ? -1
      : b.number !== null ? 1
      : a.text.localeCompare(b.text, "en", { numeric: true });

  const sort = (table, original, column, order) => {
    const rows = original.map((row) => ({ row, value: valueOf(row, column) }));
    if (order !== "none") {
      const sign = order === "ascending" ? 1 : -1;
      // What has no figure stands last either way; equal rows stay in the table's own order.
      rows.sort((a, b) => a.value.none - b.value.none || sign * compare(a.value, b.value));
    }
    table.tBodies[0].append(...rows.map(({ row }) => row));
    table.classList.toggle("sorted", order !== "none");
  };

  // A link into a fold opens it, and paper has no folds.
  const unfold = () => {
    let at = document.getElementById(location.hash.slice(1));
    for (; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
  };
  addEventListener("hashchange", unfold);
  addEventListener("beforeprint", () => {
    for (const fold of document.querySelectorAll("details")) fold.open = true;
  });
  unfold();

  for (const table of document.querySelectorAll("table")) {
    const original = [...table.tBodies[0].rows];
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      head.setAttribute("aria-sort", "none");
      button.addEventListener("click", () => {
        const order = NEXT[head.getAttribute("aria-sort")];
        heads.forEach((other) => other.setAttribute("aria-sort", "none"));
        head.setAttribute("aria-sort", order);
        sort(table, original, column, order);
      });
    });
  }
})();
