/* Making elements, and telling the person what happens. */

export const element = (tag, attributes = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), attributes);
  made.append(...children.filter(Boolean));
  return made;
};
export const button = (text, onclick, className = "button") => element("button", { type: "button", className, onclick }, text);
export const link = (text, href, newTab = false) =>
  element("a", { className: "button", href, ...(newTab && { target: "_blank", rel: "opener" }) }, text);

/** A live region that says one thing at a time. It stands, empty, before anything is said: a region added together
 *  with its text is often not read out. */
export function statusIn(box) {
  box.setAttribute("role", "status");
  box.tabIndex = -1;
  return {
    say(kind, text, actions = [], detail = null) {
      const row = actions.filter(Boolean);
      box.replaceChildren(
        element("div", { className: kind }, element("p", {}, text), detail,
          row.length ? element("div", { className: "actions" }, ...row) : null),
      );
      box.dataset.state = kind;
      box.scrollIntoView({ block: "nearest" });
    },
    clear() {
      box.replaceChildren();
      delete box.dataset.state;
    },
    focus: () => box.focus({ preventScroll: true }),
  };
}

/** Give a file to the person: what they wrote stays theirs, also when nothing else works. */
export function download(name, blob) {
  const href = URL.createObjectURL(blob);
  element("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}
