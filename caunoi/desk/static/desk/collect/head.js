/* The head of a form's page where no server wrote it: which form, for whom, for when. */
import { element } from "./page.js";
import { clock, day, words } from "./words.js";

export const BADGES = { late: words.late, due: words.due, open: words.opened, returned: words.returned };

export function showHead(sheet) {
  document.title = `${sheet.title} · Cầu Nối`;
  document.getElementById("sheet-title").textContent = sheet.title;
  const place = document.getElementById("sheet-place");
  place.replaceChildren(element("strong", {}, sheet.place), sheet.period_name ? ` · ${sheet.period_name}` : "");
  if (sheet.due_on) place.append(element("br"), element("small", {}, words.dueOn(day(sheet.due_on))));
  if (sheet.comment) {
    const { by, at, text } = sheet.comment;
    place.after(element("div", { className: "messages" },
      element("div", { id: "return-comment", className: "warning" },
        element("p", {}, element("strong", {}, words.remark(by, clock(at)))), element("p", {}, text))));
  }
}
