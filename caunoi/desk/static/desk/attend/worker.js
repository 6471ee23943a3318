/* Served at /attend/service-worker.js after the import of `sendAll` and `const KEPT = { version, files }`.
 *
 * It keeps the files of the page, and each door's page as it was last opened: that one names a meeting, nobody else.
 */
const CACHE = `caunoi-attend-${KEPT.version}`;
const DOOR = /^\/attend\/[^/]+\/$/;

addEventListener("install", (event) => event.waitUntil(
  caches.open(CACHE).then((cache) => cache.addAll(KEPT.files)).then(() => skipWaiting()),
));

addEventListener("activate", (event) => event.waitUntil(activate()));

async function activate() {
  for (const name of await caches.keys()) {
    if (name.startsWith("caunoi-attend-") && name !== CACHE) await caches.delete(name);
  }
  await clients.claim();
}

addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (url.origin !== location.origin || event.request.method !== "GET") return;
  if (event.request.mode === "navigate" && DOOR.test(url.pathname)) event.respondWith(openDoor(event.request));
  else if (url.pathname.startsWith("/static/")) {
    event.respondWith(caches.match(event.request, { ignoreVary: true }).then((kept) => kept ?? fetch(event.request)));
  }
});

async function openDoor(request) {
  const cache = await caches.open(CACHE);
  try {
    const answer = await fetch(request);
    if (answer.ok) await cache.put(request, answer.clone());
    return answer;
  } catch {
    return (await cache.match(request, { ignoreVary: true })) ?? Response.error();
  }
}

// The page that brought this worker was opened without it: it says which door it stands at.
addEventListener("message", (event) => event.waitUntil(
  caches.open(CACHE).then((cache) => cache.add(event.data.door)).then(() => event.ports[0].postMessage("kept")),
));

addEventListener("sync", (event) => {
  // Without a connection the browser tries again later by itself.
  if (event.tag === "caunoi-attend") event.waitUntil(sendAll());
});
