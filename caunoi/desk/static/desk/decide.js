/* Deciding about many records: chunk by chunk, each chunk one request and one transaction, with a bar that shows how far
 * it is. Asking again for a chunk whose answer was lost changes nothing on the server, so it may be sent again at will.
 * Without this file the form does all at once. */
const CHUNK = 100;
const form = document.getElementById("decide-form");
const section = document.getElementById("decide-progress");
const find = (id) => document.getElementById(id);
const totals = { done: 0, already: 0, refused: 0 };
let waiting = [];

const count = (number) => number.toLocaleString(document.documentElement.lang || "vi");

async function send(chunk) {
  const body = new FormData(form);
  body.set("chosen", chunk.join(" "));
  const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
  // Signed out meanwhile, or refused as a whole: the page that says so is the one to show.
  if (!answer.ok || answer.redirected) return null;
  return answer.json();
}

async function sendPatiently(chunk) {
  for (const pause of [0, 1000, 4000]) {
    if (pause) await new Promise((resolve) => setTimeout(resolve, pause));
    try {
      return await send(chunk);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // anything but a broken line
    }
  }
  return undefined;
}

function show() {
  const meter = find("decide-meter");
  meter.value = meter.max - waiting.length;
  find("decide-count").textContent = section.dataset.of
    .replace("{done}", count(meter.value))
    .replace("{all}", count(meter.max));
  for (const [name, number] of Object.entries(totals)) {
    const box = find(`decide-${name}`);
    box.hidden = !number;
    (name === "refused" ? box.querySelector("p") : box).textContent = section.dataset[name].replace(
      "{count}",
      count(number),
    );
  }
}

function addRefused(refused) {
  for (const one of refused) {
    const line = document.createElement("li");
    const link = document.createElement("a");
    link.href = one.address;
    link.textContent = one.name;
    line.append(link, `: ${one.sentence}`);
    find("not-decided").append(line);
  }
}

async function run() {
  find("decide-broken").hidden = true;
  show();
  while (waiting.length) {
    const chunk = waiting.slice(0, CHUNK);
    const answer = await sendPatiently(chunk);
    if (answer === undefined) {
      find("decide-broken").hidden = false;
      return;
    }
    if (answer === null) {
      form.querySelector("[name=chosen]").value = waiting.join(" ");
      form.submit();
      return;
    }
    totals.done += answer.done;
    totals.already += answer.already;
    totals.refused += answer.refused_count;
    addRefused(answer.refused);
    waiting = waiting.slice(CHUNK);
    show();
  }
  find("decide-bar").hidden = true;
  find("decide-title").textContent = section.dataset.result;
  find("decide-back").hidden = false;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  waiting = find("decide-chosen").value.split(" ");
  find("decide-asked").hidden = true;
  section.hidden = false;
  run();
});
find("decide-again").addEventListener("click", run);
