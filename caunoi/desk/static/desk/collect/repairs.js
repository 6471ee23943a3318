/* Repairs of web-forms 0.22: number boxes, and controls without a name. Look again when it is upgraded. */
import { element } from "./page.js";
import { language, words } from "./words.js";

/* Number boxes follow the browser's language unless told; web-forms doesn't tell. A phone set to English would take the
 * comma of "1,25" for nothing and record 125. */
export function countVietnamese() {
  if (language === "vi" && this.$options.name === "InputNumber") this.$.props.locale = "vi-VN";
}

const pointKeyboard = new Intl.NumberFormat().format(1.5).includes(".");

/* The number box of web-forms reads key presses. Many keyboards of Android phones send none, only finished text; the box
 * then throws away what was typed. A real key press is consumed before "beforeinput", so whatever arrives here came
 * without one, and is handed over as the key presses the box waits for. Likewise a decimal point, from phones whose
 * keyboard has no comma. On others the box drops the point, and "3.5" would stand there as 35: that is told. */
export function typeNumbers(host) {
  const numberBox = (event) => event.target.closest?.(".p-inputnumber-input");
  const press = (box, type, key) =>
    box.dispatchEvent(new KeyboardEvent(type, { key, code: key, bubbles: true, cancelable: true }));
  host.addEventListener("beforeinput", (event) => {
    const box = numberBox(event);
    if (!box || event.isComposing) return;
    if (event.inputType === "insertText") [...(event.data ?? "")].forEach((key) => press(box, "keypress", key));
    else if (event.inputType === "deleteContentBackward") press(box, "keydown", "Backspace");
    else return;
    event.preventDefault();
  }, true);
  host.addEventListener("keypress", (event) => {
    const box = event.key === "." && language === "vi" && numberBox(event);
    if (!box) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const decimal = box.inputMode === "decimal";
    if (decimal && pointKeyboard) press(box, "keypress", ",");
    else tellOfPoint(box, decimal ? words.pointInDecimal : words.pointInWhole);
  }, true);
  host.addEventListener("focusin", (event) => numberBox(event)?.closest(".question-container")?.querySelector(".point")?.remove());
}

function tellOfPoint(box, text) {
  const question = box.closest(".question-container");
  question.querySelector(".point")?.remove();
  box.closest(".p-inputnumber").after(element("p", { className: "remark point", role: "alert" }, text));
}

/* Controls that web-forms leaves without a name, as axe-core reports them. */
export function repair(form) {
  const each = (selector, mend, within = document) => within.querySelectorAll(selector).forEach(mend);
  const name = (selector, label) => each(selector, (control) => control.setAttribute("aria-label", label));
  each(".question-container", (question) => {
    const label = question.querySelector("label");
    const message = question.querySelector(".validation-message");
    if (!label) return;
    label.id ||= `${question.id}_label`;
    if (message) message.id ||= `${question.id}_message`;
    each(".p-inputnumber-input, .p-datepicker-input", (input) => (label.htmlFor = input.id), question);
    each(".p-select-label, [role=slider]", (control) => control.setAttribute("aria-labelledby", label.id), question);
    each("[role=slider]:not([aria-valuenow])", (slider) => slider.setAttribute("aria-valuenow", slider.ariaValueMin), question);
    each("input, textarea, .p-select-label", (control) => {
      const wrong = question.classList.contains("highlight");
      control.toggleAttribute("aria-invalid", wrong);
      if (wrong) control.setAttribute("aria-invalid", "true");
      if (message) control.setAttribute("aria-describedby", message.id);
    }, question);
  });
  name(".button-menu", words.itemMenu);
  name(".clear-button", words.removePhoto);
  name(".language-changer [role=combobox]", words.changeLanguage);
  each(".footer .p-button", (send) => send.setAttribute("aria-label", send.textContent.trim()));
  each(".p-panel-content-container", (content) => {
    const title = content.closest(".p-panel").querySelector(".panel-title h2");
    content.setAttribute("role", "group");
    title.id ||= `${content.id}_title`;
    content.setAttribute("aria-labelledby", title.id);
  });
  each(".p-datepicker-day", (day) => day.removeAttribute("aria-selected"));
  each(".p-datepicker-select-month, .p-datepicker-select-year", (control) => control.removeAttribute("aria-label"));
  // Told "numeric", an iPhone shows no decimal sign at all.
  for (const node of form.nodes()) {
    if (node.valueType !== "decimal") continue;
    each(".p-inputnumber-input", (box) => (box.inputMode = "decimal"), document.getElementById(`${node.nodeId}_container`) ?? element("i"));
  }
}
