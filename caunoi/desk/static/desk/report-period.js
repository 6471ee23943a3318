/* The periods of the chosen template only, with their days written below. Without this file all periods are listed, and
 * one of another template's is refused with a word. */
const known = JSON.parse(document.getElementById("report-periods").textContent);
const template = document.getElementById("id_template");
const period = document.getElementById("id_period");
const days = [document.getElementById("id_first"), document.getElementById("id_last")];

function offer() {
  const kind = known.templates[template.value];
  for (const group of period.querySelectorAll("optgroup")) {
    const fits = group.querySelector("option").value.startsWith(`${kind}:`) && kind !== "";
    group.hidden = group.disabled = !fits;
  }
  if (period.value && !period.value.startsWith(`${kind}:`)) period.value = "";
}

function write() {
  known.days[period.value]?.forEach((day, index) => (days[index].value = day));
}

template.addEventListener("change", () => {
  offer();
  period.value = known.usual[known.templates[template.value]] ?? "";
  write();
});
period.addEventListener("change", write);
// Days typed by hand are what counts, not the period they replace.
for (const day of days) day.addEventListener("input", () => (period.value = ""));
offer();
