/* Forms whose answer takes long (data-long): sent by script, so that the page can show how far the work is. Lines of
 * JSON come back, the last one with the page that would have come without script. Without this file the browser's own
 * waiting sign shows. */
const LINES = "application/x-ndjson";

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-long]");
  if (!form) return;
  event.preventDefault();
  const button = form.querySelector("button[type=submit]");
  const progress = form.querySelector("[data-progress]");
  const broken = form.querySelector("[data-broken]");
  const show = (waiting) => {
    button.disabled = waiting;
    progress.hidden = !waiting;
  };
  show(true);
  broken.hidden = true;
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: LINES } });
    const isLines = answer.headers.get("Content-Type")?.startsWith(LINES);
    replacePage(isLines ? await readLines(answer, progress) : await answer.text());
  } catch {
    // The line broke, or the server stopped. What was confirmed may have been written: sending again changes nothing.
    broken.textContent = document.documentElement.lang === "en"
      ? "The connection broke. Send it again; what is already written does not change."
      : "Mất kết nối. Hãy nộp lại; những gì đã ghi sẽ không thay đổi.";
    broken.hidden = false;
    show(false);
  }
});

async function readLines(answer, progress) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) throw new Error("no page came");
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) {
      const told = JSON.parse(line);
      if ("page" in told) return told.page;
      showShare(progress, told);
    }
  }
}

function showShare(progress, { done, total }) {
  const share = total ? Math.floor((done * 100) / total) : 0;
  progress.querySelector("progress").value = share;
  const told = progress.querySelector("[data-share]");
  const [number, whole] = [done, total].map((one) => one.toLocaleString(document.documentElement.lang));
  told.textContent = "counted" in told.dataset ? `${number}/${whole}` : `${share}%`;
}

function replacePage(text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  const main = page.querySelector("main");
  if (!main) throw new Error("no page came");
  document.title = page.title;
  document.querySelector("main").replaceWith(main);
  scrollTo(0, 0);
  main.focus();
}
