/* Served at /service-worker.js with `const SHELL = {...}` before it (and, as a module, the import of background.js):
 *
 *   SHELL.version   hash of all that stands below: another content is another worker
 *   SHELL.pages     { list, form }: two pages without anybody's name or figures in them, shown when there is no network
 *   SHELL.files     [{ url, size }] scripts and styles of those pages
 *   SHELL.vendored  [{ url, size }] the same, with their version in the address: fetched once, kept for good
 *
 * It keeps no page of anybody: what belongs to a person lies in the database of the browser, under that person.
 */
const SHELL_CACHE = `caunoi-shell-${SHELL.version}`;
const VENDORED_CACHE = "caunoi-vendored";
const FORM_PAGES = /^\/(fill\/[^/]+\/[^/]+\/[^/]+|submissions\/\d+\/correct|offline\/draft)\/$/;
const LIST_PAGES = /^\/(|due\/|offline\/)$/;
const PATIENCE = 8000; // ms for a page we also have here; a signal of one bar answers after a minute, or never

// ---- Bringing the pages onto the device -----------------------------------------------------------------------------

addEventListener("install", (event) => event.waitUntil(install().then(() => skipWaiting())));

async function install() {
  const [shell, vendored] = [await caches.open(SHELL_CACHE), await caches.open(VENDORED_CACHE)];
  const pages = Object.values(SHELL.pages).map((url) => ({ url, size: 0 }));
  const wanted = [...pages, ...SHELL.files].map((file) => ({ ...file, cache: shell, mode: "no-cache" }));
  for (const file of SHELL.vendored) {
    // Half of them may be here from a try that the line broke off.
    if (!(await vendored.match(file.url))) wanted.push({ ...file, cache: vendored, mode: "default" });
  }
  const total = wanted.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  for (const { url, cache, mode } of wanted) {
    const response = await fetch(url, { cache: mode, credentials: "omit" });
    if (!response.ok) throw new TypeError(`${url}: ${response.status}`);
    const counted = response.body.pipeThrough(new TransformStream({
      transform(chunk, controller) {
        done += chunk.length;
        tell({ done: Math.min(done, total), total });
        controller.enqueue(chunk);
      },
    }));
    await cache.put(url, new Response(counted, { headers: { "Content-Type": response.headers.get("Content-Type") } }));
  }
}

let told = 0;
async function tell(progress) {
  if (Date.now() - told < 200) return;
  told = Date.now();
  for (const client of await clients.matchAll({ includeUncontrolled: true })) client.postMessage(progress);
}

addEventListener("activate", (event) => event.waitUntil(activate()));

async function activate() {
  for (const name of await caches.keys()) {
    if (name.startsWith("caunoi-shell-") && name !== SHELL_CACHE) await caches.delete(name);
  }
  const wanted = new Set(SHELL.vendored.map(({ url }) => url));
  const vendored = await caches.open(VENDORED_CACHE);
  for (const request of await vendored.keys()) {
    if (!wanted.has(new URL(request.url).pathname)) await vendored.delete(request);
  }
  await clients.claim();
}

addEventListener("message", (event) => {
  if (event.data === "take over") event.waitUntil(registration.waiting ? skipWaiting() : clients.claim());
});

// ---- Answering --------------------------------------------------------------------------------------------------------

addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (url.origin !== location.origin) return;
  if (event.request.mode === "navigate") event.respondWith(openPage(event.request, url));
  else if (event.request.method === "GET" && url.pathname.startsWith("/static/")) event.respondWith(getStatic(event.request));
});

/** The server's page if it comes; otherwise one of ours, never the browser's own page of what went wrong. */
async function openPage(request, url) {
  const isHere = request.method === "GET" && (FORM_PAGES.test(url.pathname) || LIST_PAGES.test(url.pathname));
  const page = FORM_PAGES.test(url.pathname) ? SHELL.pages.form : SHELL.pages.list;
  const ours = () => caches.match(page).then((kept) => kept ?? Response.error());
  try {
    const answer = await (isHere ? inTime(fetch(request)) : fetch(request));
    // A gateway without a server behind it
    return [502, 503, 504].includes(answer.status) ? ours() : answer;
  } catch {
    return ours();
  }
}

const inTime = (answer) =>
  Promise.race([answer, new Promise((resolve, reject) => setTimeout(() => reject(new Error("too slow")), PATIENCE))]);

async function getStatic(request) {
  const kept = await caches.match(request, { ignoreVary: true });
  return kept ?? fetch(request);
}
