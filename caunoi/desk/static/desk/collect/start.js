/* On every page of somebody signed in, and on those shown without network: remembers who it is, brings the forms onto the
 * device ahead of need, sends what waits, and asks before signing out on unsent work.
 *
 * <body data-user data-user-name data-collects>; a page without network has <body data-frame> instead.
 */
import { element, link } from "./page.js";
import { keepSending } from "./queue.js";
import { countUnsent, forgetOldSent, listRecords, onChange } from "./records.js";
import { forgetList, getList, refresh } from "./sheets.js";
import { currentUser, forgetUser, rememberUser, signOutLater, signOutIsDue } from "./user.js";
import { language, words } from "./words.js";

const FRESH_FOR = 5 * 60_000;
const SHOWN_AFTER = 1500; // on a good line nobody needs to read that something is loading
const TAKES_OVER_WITHIN = 2000;
const RETRY_FIRST = 3000, RETRY_LAST = 120_000;
const { user: signedIn, userName, collects, frame } = document.body.dataset;

async function begin() {
  if (signedIn) watchSignOut({ id: signedIn }); // before anything is waited for: who presses at once is asked too
  if (signedIn && (await signOutIsDue(signedIn))) return signOut(signedIn);
  const user = await currentUser();
  if (!user || (!signedIn && frame === undefined)) return;
  if (signedIn) await rememberUser({ id: signedIn, name: userName }).catch(() => undefined); // full: all else still works
  if (!signedIn) watchSignOut(user);
  const pass = keepSending(user.id, (halted) => dispatchEvent(new CustomEvent("caunoi-pass", { detail: halted })));
  addEventListener("caunoi-send-now", pass);
  if (collects === undefined) return;
  await showUnsent(user);
  onChange(() => showUnsent(user));
  bringForms(user).catch((error) => console.warn(error));
  await forgetOldSent(user.id);
}

// ---- Ahead of need ------------------------------------------------------------------------------------------------

const parts = { worker: { done: 0, total: 0 }, forms: { done: 0, total: 0 } };
let progress = null;

/** Until all of it has come: after a broken line it goes on by itself, soon when the line is back, and ever more seldom
 * while nothing answers. */
async function bringForms(user) {
  let pause = RETRY_FIRST;
  while (!(await tryToBring(user))) {
    await new Promise((resolve) => {
      setTimeout(resolve, pause);
      addEventListener("online", resolve, { once: true });
    });
    pause = Math.min(pause * 3, RETRY_LAST);
  }
}

/** Whether all is there. What has come of it is kept. */
async function tryToBring(user) {
  const showing = setTimeout(() => {
    progress = element("p", { id: "offline-progress", className: "offline-progress" });
    progress.setAttribute("role", "status");
    document.body.append(progress);
    showProgress();
  }, SHOWN_AFTER);
  const list = await getList(user.id);
  const age = Date.now() - list?.at; // below zero: the clock was set back
  const isOld = !list?.complete || age > FRESH_FOR || age < 0;
  const isListPage = ["/", "/due/", "/offline/"].includes(location.pathname);
  const done = await Promise.allSettled([
    installWorker(),
    isOld || isListPage ? refresh(user.id, (...counts) => advance("forms", ...counts)) : null,
  ]);
  clearTimeout(showing);
  const shown = progress;
  progress = null;
  if (done.some(({ status }) => status === "rejected")) {
    shown?.remove();
    return false;
  }
  if (shown) {
    shown.textContent = words.prepared;
    setTimeout(() => shown.remove(), 6000);
  }
  dispatchEvent(new Event("caunoi-list"));
  return true;
}

function advance(part, done, total) {
  parts[part] = { done, total };
  showProgress();
}

function showProgress() {
  const shares = Object.values(parts).filter(({ total }) => total).map(({ done, total }) => done / total);
  const share = shares.length ? shares.reduce((sum, one) => sum + one, 0) / shares.length : 0;
  if (!progress) return;
  const percent = Math.floor(share * 100), said = words.preparing(percent);
  progress.replaceChildren(said, element("progress", { max: 100, value: percent, ariaLabel: said }));
}

function tellWorker({ data }) {
  if (data.total) advance("worker", data.done, data.total);
}

/** The service worker brings the pages and scripts. It is a module where it can also send in the background. */
async function installWorker() {
  if (!navigator.serviceWorker) return;
  navigator.serviceWorker.addEventListener("message", tellWorker);
  const kind = "SyncManager" in globalThis ? "module" : "classic";
  const registration = await navigator.serviceWorker.register(`/service-worker.js?language=${language}&kind=${kind}`, {
    scope: "/", type: kind, updateViaCache: "none",
  });
  const worker = registration.installing ?? registration.waiting;
  if (!worker || worker.state === "activated") {
    // It takes over the pages that are open when it begins, not one that was just being loaded at that moment.
    if (!navigator.serviceWorker.controller) registration.active?.postMessage("take over");
    return;
  }
  // What a page asks of the worker before it in the moment it takes over makes Chromium give that up, and leave it waiting.
  const again = setInterval(() => registration.waiting?.postMessage("take over"), TAKES_OVER_WITHIN);
  await new Promise((resolve, reject) => {
    worker.addEventListener("statechange", () => {
      if (worker.state === "activated") resolve();
      if (worker.state === "redundant") reject(new Error("the pages could not be fetched"));
    });
  }).finally(() => clearInterval(again));
}

// ---- What waits -----------------------------------------------------------------------------------------------------

async function showUnsent(user) {
  const place = document.getElementById("unsent");
  if (!place || document.getElementById("form-host") || document.getElementById("kept")) return; // they say it themselves
  const waiting = (await listRecords(user.id).catch(() => [])).filter(({ state }) => state === "waiting" || state === "refused");
  place.replaceChildren(...(waiting.length
    ? [element("p", { className: "warning" }, words.unsent(waiting.length), " ", link(words.seeUnsent, "/offline/"))]
    : []));
}

// ---- Signing out ----------------------------------------------------------------------------------------------------

function watchSignOut(user) {
  for (const form of document.querySelectorAll("form[action='/sign-out/']")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const unsent = await countUnsent(user.id).catch(() => 0);
      if (unsent && !confirm(words.signOutUnsent(unsent))) return;
      // Nothing of theirs stays to be seen but what isn't sent, and that only by them.
      await forgetList(user.id).catch(() => undefined);
      await forgetUser().catch(() => undefined);
      await signOut(user.id);
    });
  }
}

/** Without a connection the server learns of it with the next page it sends to them. */
async function signOut(id) {
  try {
    const session = await fetch("/session/", { headers: { Accept: "application/json" }, redirect: "manual", cache: "no-store" });
    const { csrf } = session.ok ? await session.json() : {};
    if (csrf) await fetch("/sign-out/", { method: "POST", headers: { "X-CSRFToken": csrf }, redirect: "manual" });
    location.assign("/sign-in/");
  } catch {
    await signOutLater(id);
    alert(words.signOutOffline);
    location.assign("/offline/");
  }
}

begin().catch((error) => console.warn(error));
