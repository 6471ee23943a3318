/* Asks the browser for a passkey, new (data-passkey="create") or known ("get"), and sends the form with what it gave.
 * With data-options the question is fetched when the button is pressed; otherwise it stands in the page. */
const { create, get } = window.webauthnJSON;

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const error = form.querySelector("#passkey-error") ?? document.getElementById("passkey-error");
    error.hidden = true;
    try {
      form.elements.credential.value = JSON.stringify(await ask(form));
      form.submit();
    } catch {
      error.hidden = false; // given up by the person, or the device has none: the sentence says what else there is
    }
  });
}

async function ask(form) {
  if (form.dataset.passkey === "get") return get((await options(form)).request_options);
  const question = (await options(form)).creation_options;
  Object.assign(question.publicKey.authenticatorSelection, {
    residentKey: "required",
    requireResidentKey: true,
    userVerification: "required",
  });
  return create(question);
}

async function options(form) {
  if (!form.dataset.options) return JSON.parse(document.getElementById("passkey-data").textContent);
  const answer = await fetch(form.dataset.options, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.json();
}
