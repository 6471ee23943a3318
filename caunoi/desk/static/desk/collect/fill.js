/* The page where one form is filled: opens it, keeps what is typed, sends it.
 *
 * The page says what to fill in <div id="form-host" data-sheet data-remarks>: a sheet as in /offline/forms.json. The page
 * that the service worker shows without network says nothing; then the sheet is found by the address, in the list kept
 * here. `?draft=ID` names one of several drafts.
 */
import "./randomness.js";
import { attachmentNames, photoSettings, prepare } from "./answers.js";
import { Draft } from "./drafts.js";
import { LiveForm } from "./form.js";
import { showHead } from "./head.js";
import { button, download, element, link, statusIn } from "./page.js";
import { shrinkPhotos } from "./photos.js";
import { openSession, sendOne, sendWaiting, Halted } from "./queue.js";
import { findUnsent, getRecord, isUnsent, listRecords, markEditing, onChange, queue, removeRecord } from "./records.js";
import { showRemarks } from "./remarks.js";
import { findSheet, getFile, getForm, getList, isClockWrong } from "./sheets.js";
import { currentUser } from "./user.js";
import { clock, words } from "./words.js";

const LIST = "/offline/";
const host = document.getElementById("form-host");
const note = element("p", { id: "form-draft-note" });
const spaceNote = element("p", { id: "form-space-note", className: "muted" });
const clockNote = element("div", { id: "form-clock-note", className: "messages" });
const statusBox = element("div", { id: "form-status", className: "messages" });
host.before(clockNote, note, spaceNote);
host.after(statusBox);
const status = statusIn(statusBox);

const form = new LiveForm(host);
let user, sheet, draft;
let onServer = new Set(); // photos the server already has, which need not travel again
let kept = true; // the finished record is on the disk
let isSending = false;
let isLeaving = false;

// ---- What to fill -----------------------------------------------------------------------------------------------

const nameInAddress = () => new URLSearchParams(location.search).get("draft");

async function findRecord() {
  const named = nameInAddress();
  const record = named && (await getRecord(named).catch(() => undefined));
  return record?.user === user.id ? record : null;
}

/** {sheet, record}; a record keeps the sheet, and so the form's version, that it was begun with. */
async function findWork() {
  const record = await findRecord();
  const shown = host.dataset.sheet ? JSON.parse(host.dataset.sheet) : await findSheet(user.id, location.pathname);
  if (record) return { sheet: { ...shown, ...record.sheet }, record, newest: shown?.version };
  if (!shown) return {};
  const unsent = shown.many ? null : await findUnsent(user.id, shown.key).catch(() => undefined);
  if (unsent) return { sheet: { ...shown, ...unsent.sheet }, record: unsent, newest: shown.version };
  return { sheet: shown };
}

/** Sent after the list was fetched, which therefore still asks for it. */
async function findSentMeanwhile() {
  if (host.dataset.sheet || sheet.many) return null;
  const fetchedAt = (await getList(user.id))?.at ?? 0;
  return (await listRecords(user.id)).find(
    (record) => record.sheet.key === sheet.key && record.state === "sent" && record.sent_at > fetchedAt);
}

/** The one in the address, if it was typed into but not yet saved when the page went. */
async function newId() {
  const named = nameInAddress();
  return named && !(await getRecord(named).catch(() => undefined)) ? named : crypto.randomUUID();
}

const newRecord = (id) => ({
  id, user: user.id, state: "draft", sheet, xml: "", files: [], created_at: Date.now(), saved_at: 0,
});

/** What the form starts from: the record, else the submission to correct, else nothing. */
async function startingPoint(formXml, record) {
  const original = sheet.instance ? await (await getFile(user.id, sheet.instance)).text() : null;
  onServer = new Set(original ? attachmentNames(formXml, original) : []);
  const xml = record?.xml || original;
  if (!xml) return undefined;
  const files = new Map((record?.files ?? []).map(({ name, blob }) => [name, blob]));
  return {
    xml,
    isDraft: Boolean(record?.xml),
    attachmentNames: attachmentNames(formXml, xml).filter((name) => files.has(name) || onServer.has(name)),
    async resolveAttachment(name) {
      if (files.has(name)) return new Response(files.get(name), { headers: { "Content-Type": files.get(name).type } });
      const response = await fetch(sheet.instance_files_url + encodeURIComponent(name)).catch(() => null);
      return response?.ok ? response : new Response(new Blob()); // shows as a broken picture; the answer itself stays
    },
  };
}

async function fetchFile(name) {
  const file = sheet.files.find((one) => one.name === name);
  if (!file) throw new TypeError(`${name}: the form names a file it doesn't have`);
  return getFile(user.id, file);
}

// ---- Opening ----------------------------------------------------------------------------------------------------

async function open() {
  status.say("info", words.loading);
  user = await currentUser();
  if (!user) return status.say("warning", words.nobody, [link(words.signInHere, "/sign-in/")]);
  await sayClock();
  addEventListener("caunoi-list", sayClock);
  const { sheet: found, record, newest } = await findWork();
  if (!found) return status.say("warning", nameInAddress() ? words.draftGone : words.notHere, [link(words.seeDrafts, LIST)]);
  sheet = found;
  if (!host.dataset.sheet) showHead(sheet);
  const sentBefore = record?.state === "sent" ? record : !record && (await findSentMeanwhile());
  if (sentBefore) return status.say("success", words.sent, [link(words.view, sentBefore.url), link(words.seeDrafts, LIST)]);
  const id = record?.id ?? (await newId());
  draft = new Draft(form, sheet.many ? id : `${user.id}:${sheet.key}`, note);
  if (!(await draft.begin(record ?? newRecord(id), () => location.reload()))) {
    return status.say("warning", words.otherTab, [link(words.seeDrafts, LIST)]);
  }
  const begun = draft.record;
  const formXml = prepare(await getForm(user.id, sheet), sheet);
  const start = await startingPoint(formXml, begun);
  showRemarks(form, JSON.parse(host.dataset.remarks ?? "null") ?? sheet.remarks ?? []);
  const photos = photoSettings(formXml);
  shrinkPhotos(host, (input) => photos.get(form.referenceOf(input)), () => status.say("error", words.photoUnread));
  if (!(await form.open({ formXml, start, fetchFile, onSubmit }))) return begun.xml && draftUnreadable(begun);
  status.clear();
  draft.onSaved = afterSaving;
  draft.onTyped = nameDraftInAddress;
  draft.start();
  if (begun.saved_at !== (record?.saved_at ?? 0)) await draft.save({ always: true }); // only the last words knew of it
  if (begun.xml) await reopened(begun, newest);
  else if (sheet.many) await nameOthers(begun);
  return undefined;
}

/** A form believes the device: it refuses the right day as one in the future, or fills in a wrong one. */
async function sayClock() {
  const isWrong = await isClockWrong(user.id);
  clockNote.replaceChildren(...(isWrong ? [element("p", { className: "warning" }, words.wrongClock(clock(Date.now())))] : []));
}

async function reopened(record, newest) {
  if (record.state === "waiting") return rest(() => status.say("warning", words.waiting(clock(record.queued_at)), waitingActions(words.sendNow)));
  if (record.state === "refused") sayRefused(record);
  note.replaceChildren(words.draftRestored(clock(record.saved_at)), " ",
    newest && newest !== record.sheet.version ? `${words.olderVersion} ` : "", button(words.startAfresh, discard));
  return undefined;
}

async function nameOthers(record) {
  const others = (await listRecords(user.id).catch(() => []))
    .filter((one) => isUnsent(one) && one.sheet.key === sheet.key && one.id !== record.id);
  if (others.length) note.replaceChildren(words.otherDrafts(others.length), " ", link(words.seeDrafts, LIST));
}

function afterSaving(megabytesLeft) {
  spaceNote.textContent = megabytesLeft === null ? "" : words.nearlyFull(megabytesLeft);
}

/** A reload, or the browser after a crash, comes back to this very draft. */
function nameDraftInAddress() {
  if (sheet.many && nameInAddress() !== draft.record.id) history.replaceState(null, "", `?draft=${draft.record.id}`);
}

function draftUnreadable(record) {
  document.querySelectorAll(".p-dialog-mask").forEach((mask) => mask.remove());
  const save = () => download(`${record.sheet.form}.xml`, new Blob([record.xml], { type: "text/xml" }));
  status.say("error", words.draftFailed, [button(words.download, save), button(words.startAfresh, discard, "button danger")]);
}

// ---- Sending ----------------------------------------------------------------------------------------------------

async function onSubmit(payload, done) {
  if (isSending || draft.isResting) return; // the button pressed twice
  isSending = true;
  const parts = [...payload.data[0].entries()];
  const xmlPart = parts.find(([name]) => name === "xml_submission_file")[1];
  const files = parts.filter(([name]) => name !== "xml_submission_file" && !onServer.has(name)).map(([name, blob]) => ({ name, blob }));
  const finished = { ...draft.record, xml: form.identified(await xmlPart.text()), files, saved_at: Date.now() };
  done({}); // tells web-forms that the host has taken over; it keeps the answers
  await draft.save(); // what is being saved now must not come after what is queued
  rest(() => status.say("info", words.sending));
  kept = draft.canKeep && (await queue(finished).then(() => true, () => false));
  draft.record = { ...finished, state: "waiting" };
  draft.forgetLastWords();
  isSending = false;
  await send();
}

function rest(say) {
  draft.isResting = true;
  host.inert = true;
  say();
}

async function send() {
  if (isSending) return;
  isSending = true;
  status.say("info", words.sending);
  try {
    if (kept) await settle(await sendWaiting(user.id, { wait: true, shown: draft.record.id }));
    else await sendUnkept();
  } finally {
    isSending = false;
  }
}

async function settle(halted) {
  const record = await getRecord(draft.record.id);
  if (!record) return go(LIST); // deleted in another tab
  draft.record = record;
  if (record.state === "sent") return arrived(record.url);
  if (record.state === "waiting") return later(halted);
  return editAgain(() => record.state === "refused" && sayRefused(record));
}

/** Without storage the record is only here, so it's sent from here. */
async function sendUnkept() {
  try {
    const outcome = await sendOne(draft.record, await openSession(user.id), true);
    if (outcome.taken) return arrived(outcome.url);
    draft.record = { ...draft.record, ...outcome, state: "refused" };
    return editAgain(() => sayRefused(draft.record));
  } catch (error) {
    if (!(error instanceof Halted)) throw error;
    return later(error);
  }
}

function arrived(url) {
  status.say("success", words.sent, [url && link(words.view, url)]);
  go(url || sheet.done_url);
}

function go(address) {
  isLeaving = true;
  location.assign(address);
}

/** Not now, but it will be sent: by hand, when the connection is back, or by itself after a while. */
function later(halted) {
  const why = halted?.why ?? "offline";
  const said = {
    "signed-out": words.expired, "other-user": words.otherUser, offline: words.offline,
    trouble: words.serverTrouble(halted?.status),
  }[why];
  const signIn = (why === "signed-out" || why === "other-user") && link(words.signIn, halted.loginUrl ?? "/sign-in/?next=/signed-in/", true);
  status.say("warning", kept ? said : words.notKept, [signIn, ...waitingActions(words.resend)]);
}

const waitingActions = (sendWord) => [
  button(sendWord, send, "button primary"),
  button(words.edit, () => editAgain(() => status.clear())),
  button(words.discard, discard, "button danger"),
];

async function editAgain(say) {
  const editing = await markEditing(draft.record.id).catch(() => undefined);
  draft.record = editing ?? { ...draft.record, state: draft.record.state === "refused" ? "refused" : "draft" };
  draft.isResting = false;
  host.inert = false;
  say();
}

function sayRefused({ reason, too_large, mistakes = [] }) {
  status.say("error", reason || (too_large ? words.tooLarge : words.refused), [], mistakes.length ? listOfMistakes(mistakes) : null);
  status.focus();
}

function listOfMistakes(mistakes) {
  return element("ul", {}, ...mistakes.map(({ question, label, message }) => {
    const target = question && form.find(question);
    const name = target
      ? element("a", { href: `#${target.id}`, title: words.question, onclick: (event) => goTo(event, target) }, label || question)
      : label || question;
    return element("li", {}, name || "", name ? ": " : "", message);
  }));
}

function goTo(event, target) {
  event.preventDefault();
  target.scrollIntoView({ block: "center" });
  target.querySelector("input, textarea, select, button, [tabindex='0']")?.focus({ preventScroll: true });
}

async function discard() {
  if (!confirm(words.confirmDiscard)) return;
  isLeaving = true;
  draft.isResting = true;
  await removeRecord(draft.record.id).catch(() => undefined);
  draft.forgetLastWords();
  location.replace(location.pathname === "/offline/draft/" ? sheet.address : location.pathname);
}

// Another tab, the service worker, or the round of this page itself may send what waits here.
const isWatching = (id) => draft?.isResting && kept && !isSending && !isLeaving && id === draft.record.id;
onChange(async (id) => {
  if (!isWatching(id)) return;
  const record = await getRecord(id);
  if (record?.state !== "waiting" && isWatching(id)) settle(null);
});
addEventListener("caunoi-pass", ({ detail: halted }) => halted && isWatching(draft?.record.id) && later(halted));
addEventListener("online", () => draft?.isResting && !kept && send());
addEventListener("beforeunload", (event) => {
  if (draft && !isLeaving && (draft.isAtRisk || (draft.isResting && !kept))) event.preventDefault();
});

open().catch((error) => {
  console.error(error);
  status.say("error", words.loadFailed, [button(words.reload, () => location.reload()), link(words.seeDrafts, LIST)]);
});
