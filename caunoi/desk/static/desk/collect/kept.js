/* The page of drafts and the send queue; without network also the page of what is due. */
import { BADGES } from "./head.js";
import { button, download, element, link, statusIn } from "./page.js";
import { listRecords, markEditing, onChange, removeRecord } from "./records.js";
import { getList } from "./sheets.js";
import { measure, megabytes, nearlyFull } from "./space.js";
import { currentUser } from "./user.js";
import { clock, day, words } from "./words.js";

const place = (id) => document.getElementById(id);
const status = statusIn(place("kept-status"));
const STATES = { waiting: words.stateWaiting, refused: words.stateRefused, draft: words.stateDraft, sent: words.stateSent };
const ORDER = Object.keys(STATES);
const BADGE_OF = { waiting: "submitted", refused: "returned", draft: "draft", sent: "approved" };
let user;
let isSending = false;
let wasOffline = false;

const badge = (name, text) => element("span", { className: `badge ${name}` }, text);
const dated = {
  waiting: (record) => words.queuedAt(clock(record.queued_at)),
  sent: (record) => words.sentAt(clock(record.sent_at)),
};

// ---- Records ------------------------------------------------------------------------------------------------------

function describeRecord(record) {
  const { sheet, state } = record;
  const when = (dated[state] ?? (() => words.savedAt(clock(record.saved_at))))(record);
  const photos = record.files.length ? ` · ${words.photos(record.files.length)}` : "";
  const card = element("li", { className: "card" },
    element("h3", {}, sheet.title),
    element("p", {}, [sheet.period_name, sheet.place].filter(Boolean).join(" · ")),
    element("p", {}, element("small", {}, when + photos)),
    badge(BADGE_OF[state], STATES[state]),
    state === "refused" ? whyRefused(record) : null,
    element("div", { className: "actions" }, ...actionsOf(record).filter(Boolean)));
  card.dataset.state = state;
  return card;
}

const whyRefused = ({ reason, too_large, mistakes = [] }) =>
  element("div", { className: "reason" }, element("p", {}, reason || (too_large ? words.tooLarge : words.refused)),
    mistakes.length ? element("ul", {}, ...mistakes.map(({ label, question, message }) =>
      element("li", {}, [label || question, message].filter(Boolean).join(": ")))) : null);

function actionsOf(record) {
  const open = link(words.open, `/offline/draft/?draft=${record.id}`);
  const forget = button(words.remove, () => forgetRecord(record), "button danger");
  if (record.state === "sent") return [record.url && link(words.view, record.url), button(words.remove, () => removeRecord(record.id))];
  const save = button(words.download, () => downloadRecord(record));
  if (record.state !== "waiting") return [open, save, forget];
  return [button(words.sendNow, sendNow, "button primary"), button(words.edit, () => editRecord(record)), save, forget];
}

async function editRecord(record) {
  await markEditing(record.id);
  location.assign(`/offline/draft/?draft=${record.id}`);
}

async function forgetRecord(record) {
  if (confirm(words.confirmRemove(record.sheet.title))) await removeRecord(record.id);
}

function downloadRecord({ sheet, xml, files }) {
  download(`${[sheet.form, sheet.unit, sheet.period].filter(Boolean).join("-").replace(/[^\w.-]+/g, "_")}.xml`, new Blob([xml], { type: "text/xml" }));
  for (const { name, blob } of files) download(name, blob);
}

function sendNow() {
  isSending = true;
  status.say("info", words.sending);
  dispatchEvent(new Event("caunoi-send-now"));
}

async function showRecords() {
  const records = (await listRecords(user.id)).sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
  place("kept").replaceChildren(...records.map(describeRecord));
  place("kept-none").hidden = records.length > 0;
  place("send-all").hidden = !records.some(({ state }) => state === "waiting");
  return records;
}

// ---- What is due ----------------------------------------------------------------------------------------------------

function describeSheet(sheet) {
  return element("li", { className: "card" },
    element("h3", {}, element("a", { href: sheet.address }, sheet.title)),
    element("p", {}, [sheet.period_name, sheet.place].filter(Boolean).join(" · ")),
    sheet.due_on ? element("p", {}, element("small", {}, words.dueOn(day(sheet.due_on)))) : null,
    sheet.badge ? badge(sheet.badge, BADGES[sheet.badge]) : null);
}

async function showDue(records) {
  const list = await getList(user.id);
  const gone = new Set(records
    .filter(({ state, sent_at }) => state === "waiting" || (state === "sent" && sent_at > (list?.at ?? 0)))
    .map(({ sheet }) => sheet.key));
  const open = (list?.sheets ?? []).filter((sheet) => sheet.many || !gone.has(sheet.key));
  place("offline-due").replaceChildren(...open.filter((sheet) => !sheet.many).map(describeSheet));
  place("offline-events").replaceChildren(...open.filter((sheet) => sheet.many).map(describeSheet));
  place("offline-events-part").hidden = !open.some((sheet) => sheet.many);
  place("offline-due-none").hidden = open.some((sheet) => !sheet.many);
  place("listed-at").textContent = list ? words.listedAt(clock(list.at)) : "";
}

// ---- The page -------------------------------------------------------------------------------------------------------

async function showSpace() {
  const [space, left] = [await measure(), await nearlyFull()];
  place("space").textContent = space ? words.usage(megabytes(space.usage), megabytes(space.quota)) : "";
  place("space-warning").replaceChildren(...(left === null ? [] : [element("p", { className: "warning" }, words.nearlyFull(left))]));
}

const showLine = () => (place("line").textContent = navigator.onLine && document.body.dataset.frame === undefined ? words.online : words.offlineNow);

async function show() {
  await showDue(await showRecords());
  await showSpace();
}

async function begin() {
  user = await currentUser();
  showLine();
  if (!user) return status.say("warning", words.nobody, [link(words.signInHere, "/sign-in/")]);
  place("kept-user").textContent = user.name ?? "";
  const isHere = ["/offline/", "/due/", "/"].includes(location.pathname);
  if (!isHere) status.say("info", words.needsNetwork, [button(words.reload, () => location.reload())]);
  if (location.pathname !== "/offline/") dueFirst();
  place("send-all").addEventListener("click", sendNow);
  place("kept-parts").hidden = false;
  await show();
  onChange(show);
  addEventListener("caunoi-list", show);
  addEventListener("caunoi-pass", ({ detail }) => sayPass(detail));
  ["online", "offline"].forEach((kind) => addEventListener(kind, showLine));
  return undefined;
}

/** The browser tells of its own line only. A server that was away and answers again is asked, or the page would still say
 *  "no connection" above what has just been sent. */
async function askLine() {
  const answer = await fetch("/session/", { cache: "no-store" }).catch(() => null);
  if (answer?.ok) place("line").textContent = words.online;
}

function dueFirst() {
  place("kept-parts").classList.add("due-first");
  place("kept-heading").textContent = words.duePage;
  document.title = `${words.duePage} · Cầu Nối`;
}

function sayPass(halted) {
  if (!halted && (isSending || wasOffline)) status.clear();
  if (!halted && wasOffline) askLine();
  isSending = false;
  wasOffline = halted?.why === "offline";
  if (halted?.why === "signed-out") status.say("warning", words.signedOut, [link(words.signInHere, "/sign-in/?next=/offline/")]);
  if (halted?.why === "other-user") status.say("warning", words.otherUser);
  if (halted?.why === "offline") status.say("warning", words.offline);
  if (halted?.why === "trouble") status.say("warning", words.serverTrouble(halted.status));
}

begin();
