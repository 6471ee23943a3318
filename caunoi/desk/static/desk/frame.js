/* What script adds to the frame of a page: an open group of the menu closes when the reader turns elsewhere, "/" goes to
 * the search box, and the arrows walk through a list of results. Without it all of them work by Tab and Enter.
 */
const groups = () => document.querySelectorAll(".wide-nav details[open]");

document.addEventListener("click", (event) => {
  for (const group of groups()) if (!group.contains(event.target)) group.open = false;
});

document.addEventListener("focusin", (event) => {
  for (const group of groups()) if (!group.contains(event.target)) group.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const group of groups()) {
      const inside = group.contains(document.activeElement);
      group.open = false;
      if (inside) group.querySelector("summary").focus();
    }
  }
  if (event.key === "/" && !isTyping(event)) goToSearch(event);
  if (event.key === "ArrowDown" || event.key === "ArrowUp") walk(event, event.key === "ArrowDown" ? 1 : -1);
});

function isTyping(event) {
  return event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, [contenteditable], #form-host");
}

function goToSearch(event) {
  // On the page of results its own box, from which the arrows lead into them.
  const boxes = [document.querySelector(".page .search-box input"), ...document.querySelectorAll(".search-box input")];
  const box = boxes.find((one) => one?.checkVisibility()) ?? openDrawer();
  if (!box) return;
  event.preventDefault();
  box.focus();
  box.select();
}

function openDrawer() {
  const drawer = document.querySelector(".mobile-nav");
  if (drawer) drawer.open = true;
  return drawer?.querySelector(".search-box input");
}

/* From the box on the page of results down through all groups, and back up into the box. */
function walk(event, step) {
  const stops = [document.querySelector(".page .search-box input"), ...document.querySelectorAll(".found a")].filter(Boolean);
  const at = stops.indexOf(document.activeElement);
  if (at === -1 || !stops[at + step]) return;
  event.preventDefault();
  stops[at + step].focus();
}
