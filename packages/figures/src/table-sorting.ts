// The script of a report's tables: a click on a column's name sorts the rows by it.

/**
 * Numbers by their size, a true minus included, also with an error or an interval behind them or a sign before them;
 * then other cells by their text, numbers in it by their size; cells without a value are last in both directions.
 * Pictures stay with their rows.
 */
export const sortingScript = `
for (const table of document.querySelectorAll("table.sortable")) {
  const valueOf = (row, i) => {
    const text = row.cells[i].textContent.trim().replace(/^\\u2212/, "-");
    const number = text.replace(/^[<>] ?(?=\\d)/, "").replace(/ (\\u00b1|\\[).*$/, "");
    return number !== "" && Number.isFinite(Number(number)) ? Number(number) : text;
  };
  const isNumber = (value) => typeof value === "number";
  const isNone = (value) => value === "" || value === "\\u2013";
  const byText = (a, b) => String(a).localeCompare(String(b), undefined, { numeric: true });
  const byValue = (a, b) => (isNumber(a) && isNumber(b) ? a - b : isNumber(b) - isNumber(a) || byText(a, b));
  table.tHead.addEventListener("click", (event) => {
    const heading = event.target.closest("th");
    if (!heading) return;
    const falls = heading.getAttribute("aria-sort") === "ascending";
    for (const other of heading.parentNode.cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", falls ? "descending" : "ascending");
    const rows = [...table.tBodies[0].rows].map((row) => [valueOf(row, heading.cellIndex), row]);
    rows.sort(([a], [b]) => isNone(a) - isNone(b) || (falls ? byValue(b, a) : byValue(a, b)));
    table.tBodies[0].append(...rows.map(([, row]) => row));
  });
}
`;
