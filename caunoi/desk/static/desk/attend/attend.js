/* One tap is one turn. Without network it waits here, and goes when the line is back, also with the page closed. */
import { keepTurn, listTurns, sendAll } from "./queue.js";

const AGAIN = 15_000; // ms
const page = document.getElementById("attend");
const button = document.getElementById("count-me");
const said = document.getElementById("attend-said");
const words = page.dataset;

button.hidden = false;

async function register() {
  if (!navigator.serviceWorker) return;
  await navigator.serviceWorker.register("/attend/service-worker.js", { scope: "/attend/", type: "module" });
  const kept = await navigator.serviceWorker.ready;
  page.dataset.ready = "yes";
  return kept;
}
const registered = register().catch(() => undefined);

button.addEventListener("click", async () => {
  button.disabled = true;
  await keepTurn(words.door);
  const worker = await Promise.race([registered, new Promise((resolve) => setTimeout(resolve, 500))]);
  await worker?.sync?.register("caunoi-attend").catch(() => undefined);
  await send();
  button.textContent = words.another;
  button.disabled = false;
});

let sending = Promise.resolve();
// One after the other: two at once would send the same twice, which counts once, but says it twice.
const send = () => (sending = sending.then(trySending));

async function trySending() {
  try {
    const { counted, refused } = await sendAll();
    if (refused) tell(refused, "error");
    else if (counted) tell(words.counted, "success");
  } catch {
    tell(words.waiting, "warning");
  }
  page.dataset.waiting = (await listTurns()).length;
}

function tell(sentence, kind) {
  said.textContent = sentence;
  said.className = kind;
}

addEventListener("online", send);
setInterval(async () => (await listTurns()).length && send(), AGAIN);
send();
