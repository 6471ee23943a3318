// Lists with a search box above them: `<input data-filters="LIST-ID">` hides the labels that do not match, accents
// ignored. Without script the list is simply long.
const fold = (text) =>
  text.normalize("NFD").replace(/\p{Mn}/gu, "").replace(/[đĐ]/g, "d").toLowerCase();

for (const search of document.querySelectorAll("input[data-filters]")) {
  const list = document.getElementById(search.dataset.filters);
  const labels = [...list.querySelectorAll("label")].map((label) => [label, fold(label.textContent)]);
  search.addEventListener("input", () => {
    const wanted = fold(search.value.trim());
    for (const [label, text] of labels) {
      label.hidden = wanted !== "" && !text.includes(wanted) && !label.firstElementChild.checked;
    }
  });
  // Enter in the search box must not ask a half-made question.
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  const count = list.closest("details")?.querySelector("[data-picked-count]");
  list.addEventListener("change", () => {
    if (!count) return;
    const picked = list.querySelectorAll("input:checked").length;
    count.textContent = picked ? `(${picked})` : "";
  });
}
