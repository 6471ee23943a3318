/* Sends what waits: of one person, oldest first, one at a time whatever the number of tabs. Used by pages and by the
 * service worker.
 *
 * A record leaves the queue only once the server answered {"ok": true}, or refused it in so many words. Everything else
 * (no network, a captive portal's page, a restart of the server, the end of the session) leaves it waiting.
 */
import { asCorrection } from "./identity.js";
import { getRecord, giveIdentity, isUnsent, listRecords, markRefused, markSent, markTried } from "./records.js";

// What a server, or the gateway before it, answers to anything just now; 403: the token is no longer the session's.
const BUSY = new Set([403, 408, 429, 502, 503, 504]);
const JSON_ONLY = { Accept: "application/json" };

/** The server can't be asked to take anything now; the queue waits. `why`: offline, signed-out, other-user or trouble. */
export class Halted extends Error {
  constructor(why, { loginUrl, status } = {}) {
    super(why);
    Object.assign(this, { why, loginUrl, status });
  }
}

/** One pass over the queue. `wait`: behind another tab that is sending, rather than leaving it to that one. `shown`: the
 *  record whose page the person is looking at. Gives null when nothing more can be done now, or the Halted. */
export async function sendWaiting(user, { wait = false, shown = "" } = {}) {
  return alone(`caunoi-queue:${user}`, wait, async () => {
    try {
      await sendAll(user, shown);
      return null;
    } catch (error) {
      if (error instanceof Halted) return error;
      throw error;
    }
  });
}

async function alone(name, wait, work) {
  if (!navigator.locks) return work(); // plain http: two tabs may send the same bytes, which the server takes once
  return navigator.locks.request(name, { ifAvailable: !wait }, (lock) => (lock ? work() : null));
}

async function sendAll(user, shown) {
  const waiting = (await listRecords(user)).filter((record) => record.state === "waiting");
  if (!waiting.length) return;
  const session = await openSession(user);
  let trouble = null;
  for (const { id } of waiting.sort((a, b) => (a.place ?? 0) - (b.place ?? 0) || a.queued_at - b.queued_at)) {
    const record = await getRecord(id);
    if (record?.state !== "waiting") continue; // taken out to be edited, while others were sent
    await markTried(id);
    try {
      const outcome = await sendOne(record, session, id === shown);
      if (outcome.taken) await markSent(id, outcome.url);
      else await markRefused(id, outcome);
    } catch (error) {
      if (!(error instanceof Halted) || !error.status || BUSY.has(error.status)) throw error;
      trouble = error; // the server stumbles over this very record; the next ones needn't wait for it
    }
  }
  if (trouble) throw trouble;
}

/** A token for posting, and whether it's still the same person: another one may have signed in meanwhile. */
export async function openSession(user) {
  const response = await ask("/session/", { headers: JSON_ONLY, cache: "no-store" });
  const answer = await read(response);
  if (response.ok && answer.csrf) {
    if (String(answer.user) !== user) throw new Halted("other-user", { loginUrl: answer.login_url });
    return answer;
  }
  if (response.status === 401) throw new Halted("signed-out", { loginUrl: answer.login_url });
  throw new Halted(response.status >= 500 ? "trouble" : "offline", { status: response.status });
}

/** {taken: true, url} or {taken: false, reason, mistakes, too_large}; throws Halted. */
export async function sendOne(record, session, isShown) {
  const response = await post(record, session, isShown);
  const answer = await read(response);
  // Only {"ok": true} counts. A captive portal of a guest network answers 200 to anything, and the record would be gone.
  if (response.ok && answer.ok === true) return { taken: true, url: answer.url };
  if (response.status === 401) throw new Halted("signed-out", { loginUrl: answer.login_url });
  if (answer.code === "instance-taken" && record.tried) return sendOne(await corrected(record), session, isShown);
  if (response.status >= 400 && response.status < 500 && answer.ok === false) {
    return { taken: false, reason: answer.message, mistakes: answer.mistakes ?? [] };
  }
  if (response.status === 413) return { taken: false, too_large: true };
  throw new Halted("trouble", { status: response.status });
}

/* Sent, no answer, then edited: the first bytes did arrive after all. What was written since is their correction. */
async function corrected(record) {
  const xml = asCorrection(record.xml);
  await giveIdentity(record.id, xml);
  return { ...record, xml, tried: false };
}

function post({ sheet, xml, files }, { csrf }, isShown) {
  const body = new FormData();
  body.append("xml_submission_file", new File([xml], "xml_submission_file", { type: "text/xml" }));
  for (const { name, blob } of files) body.append(name, new File([blob], name, { type: blob.type }));
  const size = files.reduce((sum, { blob }) => sum + blob.size, xml.length);
  return ask(sheet.submit_url, {
    method: "POST",
    body,
    headers: {
      ...JSON_ONLY,
      "X-CSRFToken": csrf,
      "X-OpenRosa-Version": "1.0",
      // Nobody waits for it: the server keeps its thanks from the next page, whatever that is.
      ...(!isShown && { "X-Background": "1" }),
    },
    signal: AbortSignal.timeout?.(120_000 + size / 4), // two minutes, and no slower than 4 kB a second
  });
}

async function ask(url, options) {
  let response;
  try {
    response = await fetch(url, { ...options, redirect: "manual" });
  } catch (error) {
    throw new Halted("offline", { cause: error });
  }
  if (response.type === "opaqueredirect") throw new Halted("offline"); // a portal leading elsewhere: not our server
  return response;
}

async function read(response) {
  if (!(response.headers.get("content-type") ?? "").includes("json")) return {};
  try {
    return await response.json();
  } catch {
    return {}; // cut off on the way: as good as no answer
  }
}

// ---- Going on by itself -------------------------------------------------------------------------------------------

const FIRST_RETRY = 15_000;
const LAST_RETRY = 300_000;
let timer = 0;
let delay = FIRST_RETRY;

/** Sends now, and again until nothing waits: when the line is back, when the page is looked at, and from time to time.
 *  `hear(halted or null)` is told after every pass. */
export function keepSending(user, hear) {
  const pass = async () => {
    clearTimeout(timer);
    const halted = await sendWaiting(user);
    hear(halted);
    const left = (await listRecords(user)).some((record) => isUnsent(record) && record.state === "waiting");
    if (!left) delay = FIRST_RETRY;
    if (left) {
      timer = setTimeout(pass, delay);
      delay = Math.min(delay * 2, LAST_RETRY);
      askForSync();
    }
  };
  addEventListener("online", () => {
    delay = FIRST_RETRY;
    pass();
  });
  document.addEventListener("visibilitychange", () => document.hidden || pass());
  pass();
  return pass;
}

/** Where the browser can, it wakes the service worker when the line is back, though all pages are closed. */
async function askForSync() {
  const registration = await navigator.serviceWorker?.getRegistration().catch(() => undefined);
  await registration?.sync?.register("caunoi-send").catch(() => undefined);
}
