/* What an approver wrote about single questions, beside them. */
import { element } from "./page.js";
import { clock, words } from "./words.js";

/** `remarks`: [{question, text, by, at}]. Those whose question isn't shown just now appear once it is. */
export function showRemarks(form, remarks) {
  form.afterEachChange(() => {
    for (const [index, { question, text, by, at }] of remarks.entries()) {
      const box = form.find(question);
      const id = `remark-${index}`;
      if (!box || box.querySelector(`#${id}`)) continue;
      const note = element("div", { id, className: "remark" },
        element("strong", {}, words.remark(by, at ? clock(at) : "")), element("p", {}, text));
      const label = box.querySelector("label, .control-text");
      if (label?.parentElement === box) label.after(note);
      else box.prepend(note);
    }
  });
}
