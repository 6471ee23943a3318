/* Selecting many rows of the inbox: "all on this page", and how many are chosen. Without this file the boxes still work
 * one by one, and "Duyệt cả trang này" needs none. */
const form = document.getElementById("inbox-form");
const all = document.getElementById("select-page");
const whole = document.getElementById("whole-list");
const boxes = form ? [...form.querySelectorAll('tbody input[name="id"]')] : [];
const count = document.getElementById("selected-count");
const buttons = form ? [...form.querySelectorAll("[data-needs-choice]")] : [];

function show() {
  const chosen = boxes.filter((box) => box.checked).length;
  all.checked = chosen > 0 && chosen === boxes.length;
  all.indeterminate = chosen > 0 && chosen < boxes.length;
  for (const button of buttons) button.disabled = chosen === 0 && !whole?.checked;
  count.textContent = chosen ? `${chosen} / ${boxes.length}` : "";
}

if (all && boxes.length) {
  document.getElementById("select-page-label").hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    show();
  });
  for (const box of boxes) box.addEventListener("change", show);
  whole?.addEventListener("change", show);
  // Browsers restore ticks when one comes back to the page.
  addEventListener("pageshow", show);
  show();
}
