/* One tap is one turn. Without network it waits here, and goes when the line is back, also with the page closed. */
import { forget, keepTurn, listTurns, sendAll } from "./queue.js";

const AGAIN = 15_000; // ms
const page = document.getElementById("attend");
const button = document.getElementById("count-me");
const said = document.getElementById("attend-said");
const words = page.dataset;

button.hidden = false;

async function register() {
  if (!navigator.serviceWorker) return undefined;
  await navigator.serviceWorker.register("/attend/service-worker.js", { scope: "/attend/", type: "module" });
  const worker = await navigator.serviceWorker.ready;
  const { port1, port2 } = new MessageChannel();
  // From now on this page opens without network too.
  port1.onmessage = () => (page.dataset.kept = "yes");
  worker.active.postMessage({ door: location.pathname }, [port2]);
  return worker;
}
const registered = register().catch(() => undefined);

button.addEventListener("click", async () => {
  button.disabled = true;
  await keepTurn(words.door);
  page.dataset.waiting = (await listTurns()).length;
  button.textContent = words.another;
  button.disabled = false;
  await send();
  const worker = await registered;
  if (Number(page.dataset.waiting)) await worker?.sync?.register("caunoi-attend").catch(() => undefined);
});

let sending = Promise.resolve();
// One after the other: two at once would send the same twice, which counts once, but says it twice.
const send = () => (sending = sending.then(trySending));

async function trySending() {
  const had = Number(page.dataset.waiting ?? 0);
  const offline = await sendAll().then(() => false, () => true);
  const left = await listTurns();
  const refused = left.filter((turn) => turn.refused);
  await forget(refused);
  const waiting = left.length - refused.length;
  page.dataset.waiting = waiting;
  if (refused.length) tell(refused[0].refused, "error");
  else if (offline && waiting) tell(words.offline, "warning");
  // Perhaps the worker sent them meanwhile.
  else if (had && !waiting) tell(words.counted, "success");
}

function tell(sentence, kind) {
  said.textContent = sentence;
  said.className = kind;
}

addEventListener("online", send);
setInterval(async () => (await listTurns()).length && send(), AGAIN);
send();
