// What is given, kept and left of the whole, as one types. The server checks it again on saving. Of what doesn't add up
// (a share) there is no such line.
const form = document.getElementById("breakdown");
const whole = form?.querySelector("[name=whole]");

if (whole && document.getElementById("difference")) {
  const decimals = Number(form.dataset.decimals);
  const scale = 10 ** decimals;
  const format = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: decimals });

  // In whole steps of the last decimal, so that no sum is off by a fraction; NaN for what is no number.
  const read = (text) => {
    let plain = text.replace(/\s/g, "");
    if (plain === "") return 0;
    plain = decimals && !plain.includes(",") ? plain : plain.replaceAll(".", "").replace(",", ".");
    return Math.round(Number(plain) * scale);
  };
  const show = (id, steps) => {
    const cell = document.getElementById(id);
    if (cell) cell.textContent = Number.isNaN(steps) ? "–" : format.format(steps / scale);
  };
  const add = () => {
    const parts = [...form.querySelectorAll("#parts input")].map((input) => read(input.value));
    const given = parts.reduce((sum, part) => sum + part, 0);
    const rest = read(whole.value) - given;
    const kept = form.dataset.mayKeep === "yes" && rest > 0 ? rest : 0;
    show("given", given);
    show("kept", kept);
    show("difference", rest - kept);
    document.getElementById("difference").classList.toggle("field-error", rest !== kept);
  };

  form.addEventListener("input", add);
  add();
}
