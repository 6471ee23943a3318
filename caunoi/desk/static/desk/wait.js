/* Forms whose answer takes seconds (data-wait): the button can't be pressed twice, and the waiting line shows.
 * Without this file the browser's own waiting sign does, and pressing twice gives the same report. */
for (const form of document.querySelectorAll("form[data-wait]")) {
  const button = form.querySelector("button[type=submit]");
  const line = form.querySelector("[data-waiting]");
  const show = (waiting) => {
    button.disabled = waiting;
    if (line) line.hidden = !waiting;
  };
  form.addEventListener("submit", () => show(true));
  // Coming back to the page must not find it still waiting.
  addEventListener("pageshow", () => show(false));
}
