// The field over a report's table that hides rows, and its script.

/** Stands right before its table. */
export const filterField =
  '<label class="filter">Rows with the words <input type="search" autocomplete="off"> <output class="muted"></output></label>';

/** A row stays if it has every word, upper and lower case alike; the output counts the rows that stay. */
export const filterScript = `
for (const label of document.querySelectorAll("label.filter")) {
  const [input, output] = [label.querySelector("input"), label.querySelector("output")];
  const rows = [...label.nextElementSibling.querySelectorAll("tbody tr")];
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\\s+/).filter(Boolean);
    for (const row of rows) {
      const text = [...row.cells].map((cell) => cell.textContent).join(" ").toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
    }
    const shown = rows.filter((row) => !row.hidden).length;
    output.textContent = words.length === 0 ? "" : shown + " of " + rows.length + " rows";
  });
}
`;
