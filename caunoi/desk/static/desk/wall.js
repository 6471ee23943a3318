/* The wall of campaign days: asked again after less than a second, answered with nothing (304) while nothing changed. A lost line
 * leaves what was shown, says so, and goes on when it is back. Without this file the page is loaded anew by hand. */
const wall = document.getElementById("wall");
const checked = document.getElementById("wall-checked");
const lost = document.getElementById("wall-lost");
const EVERY = Number(wall.dataset.every);
const PATIENCE = 8000;
let etag = wall.dataset.etag;
let failures = 0;

async function ask() {
  const answer = await fetch(wall.dataset.now, {
    headers: { "If-None-Match": etag, Accept: "application/json" },
    cache: "no-store",
    signal: AbortSignal.timeout(PATIENCE),
  });
  if ([401, 403, 404].includes(answer.status)) return false;
  if (answer.status === 200) show(await answer.text(), answer.headers.get("ETag"));
  else if (answer.status !== 304) throw new Error(`answered ${answer.status}`);
  return true;
}

function show(html, newEtag) {
  const at = document.activeElement?.id;
  const inside = wall.contains(document.activeElement);
  wall.innerHTML = html;
  etag = newEtag;
  if (inside && at) document.getElementById(at)?.focus();
}

function tell(said) {
  if (lost.textContent !== said) lost.textContent = said;
}

async function watch() {
  // Nobody looks at a page in the background: it asks again as soon as it is seen.
  if (!document.hidden) {
    try {
      if (!(await ask())) {
        checked.textContent = "";
        tell(lost.dataset.ended);
        return;
      }
      failures = 0;
      tell("");
      checked.textContent = `${checked.dataset.text} ${new Date().toLocaleTimeString("vi")}`;
    } catch {
      failures += 1;
      tell(lost.dataset.lost);
    }
  }
  setTimeout(watch, Math.min(EVERY * (1 + failures), Math.max(EVERY, 5000)));
}

const full = document.getElementById("wall-full");
if (document.fullscreenEnabled) {
  full.hidden = false;
  full.addEventListener("click", () => document.getElementById("wall-frame").requestFullscreen());
}
setTimeout(watch, EVERY);
