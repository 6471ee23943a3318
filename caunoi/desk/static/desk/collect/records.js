/* What a person wrote on this device, from the first letter until the server has it.
 *
 *   draft ──send──▶ waiting ──taken──▶ sent
 *     ▲               │  └──refused──▶ refused ──send──▶ waiting
 *     └──────edit─────┘
 *
 * A record is one row with one state, so that it is never in two places or in none:
 *   { id, user, state, sheet,                 sheet: as in /offline/forms.json when it was begun
 *     xml, files: [{ name, blob }],
 *     created_at, saved_at, queued_at, sent_at,
 *     place,                                  in the queue, the lowest first
 *     tried,                                  it may have reached the server although no answer came
 *     reason, mistakes, too_large,            why it was refused: the server's own words, or that nobody read it
 *     url }                                   where it can be seen once sent
 * While it waits it isn't edited: sent again it is the same bytes, so the server knows the instanceID and stores it once.
 */
import { get, listOf, put, remove, update } from "./store.js";

const KEPT_SENT_DAYS = 30;
const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("caunoi-records") : null;
const listeners = new Set();

function announce(id) {
  channel?.postMessage(id);
  listeners.forEach((hear) => hear(id));
}

/** `hear(id)` is called after any change to a record, in this tab, another one or the service worker. */
export function onChange(hear) {
  listeners.add(hear);
  channel?.addEventListener("message", (event) => hear(event.data));
}

export const isUnsent = (record) => record.state !== "sent";
export const getRecord = (id) => get("records", id);

/** Newest first. */
export async function listRecords(user) {
  return (await listOf("records", user)).sort((a, b) => b.saved_at - a.saved_at);
}

export const countUnsent = async (user) => (await listRecords(user)).filter(isUnsent).length;

/** The one unfinished record of a sheet that is filled once (a period, a correction). */
export async function findUnsent(user, sheetKey) {
  return (await listRecords(user)).find((record) => isUnsent(record) && record.sheet.key === sheetKey);
}

export async function saveDraft(record) {
  await put("records", record);
  announce(record.id);
}

/** Must be on the disk before anything is sent. Behind all that wait, also where the device's clock was set back since. */
export async function queue(record) {
  const before = (await listRecords(record.user)).filter(({ state }) => state === "waiting");
  const place = 1 + Math.max(0, ...before.map((one) => one.place ?? 0));
  const waiting = { ...record, state: "waiting", queued_at: Date.now(), place };
  await put("records", waiting, "strict");
  announce(record.id);
  return waiting;
}

async function move(id, from, change) {
  const moved = await update("records", id, (record) =>
    record && from.includes(record.state) ? { ...record, ...change } : undefined);
  if (moved) announce(id);
  return moved;
}

export const markTried = (id) => move(id, ["waiting"], { tried: true });
export const markEditing = (id) => move(id, ["waiting"], { state: "draft", saved_at: Date.now() });
export const markRefused = (id, { reason = "", mistakes = [], too_large = false }) =>
  move(id, ["waiting"], { state: "refused", reason, mistakes, too_large, saved_at: Date.now() });
export const giveIdentity = (id, xml) => move(id, ["waiting"], { xml, tried: false });
/** What was written is with the server now; here only the fact stays, for a while. */
export const markSent = (id, url) =>
  move(id, ["waiting"], { state: "sent", url, sent_at: Date.now(), xml: "", files: [], reason: "", mistakes: [] });

export async function removeRecord(id) {
  await remove("records", id);
  announce(id);
}

export async function forgetOldSent(user) {
  const before = Date.now() - KEPT_SENT_DAYS * 86_400_000;
  for (const { id, state, sent_at } of await listOf("records", user)) {
    if (state === "sent" && sent_at < before) await remove("records", id);
  }
}
