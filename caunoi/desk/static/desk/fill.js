/* The browser form: shows an ODK XForm with web-forms, keeps what is typed, and sends it.
 *
 * The page holds one element, and an import map for "vue" and "@getodk/web-forms":
 *
 *   <div id="form-host" data-xform-url data-submit-url data-csrf data-csrf-url data-done-url data-draft-key
 *        data-attachments-url-prefix             files of the form (pictures in labels, lists): prefix + file name
 *        data-instance-url                       only when correcting a submission: its XML
 *        data-instance-attachments-url-prefix    only when correcting: its photos, prefix + file name
 *        data-login-url data-language="vi"></div>
 *
 * Two things are kept in IndexedDB under the draft key, because the signal, the battery and the session all fail:
 *   draft    what is typed so far, saved every few seconds and when the page is left, reopened by itself;
 *   outbox   a finished submission, put there BEFORE it is sent and removed only once the server answered
 *            {"ok": true} or refused it. It is never edited: sending it again sends the same bytes, so the server
 *            recognises the instanceID and stores it once.
 *
 * Limits of the draft: it holds no answer hidden by a condition (web-forms leaves those out of its XML); a number or
 * date still being typed counts once web-forms accepts it; a browser in private mode may refuse to keep anything, which
 * we say. It stays on this device and isn't encrypted: the draft key has to contain the user.
 *
 * Where we lean on the inside of web-forms 0.22 (look again when it is upgraded): findRoot, VIETNAMESE and DATES,
 * and the repairs (countVietnamese, typeNumbers, repair).
 */
import { createApp, h } from "vue";
import { OdkWebForm, webFormsPlugin } from "@getodk/web-forms";

const host = document.getElementById("form-host");
const config = host.dataset;
const SAVE_EVERY = 3000;
const FIRST_RETRY = 15_000;
const LAST_RETRY = 300_000;

// web-forms asks for crypto.randomUUID, which browsers withhold from plain http; an office network often has no more.
crypto.randomUUID ??= () =>
  "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) =>
    (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16),
  );

// ---- Words ------------------------------------------------------------------------------------------------------

const WORDS = {
  vi: {
    loading: "Đang mở biểu mẫu…",
    loadFailed: "Chưa mở được biểu mẫu. Kiểm tra mạng rồi tải lại trang.",
    draftFailed: "Bản nháp lưu trên máy này không mở được trong biểu mẫu hiện nay.",
    reload: "Tải lại trang",
    startAfresh: "Bỏ bản nháp, ghi lại từ đầu",
    download: "Tải bản nháp về máy",
    draftSaved: (at) => `Đã lưu nháp trên máy này lúc ${at}.`,
    draftRestored: (at) => `Đã mở lại bản nháp lưu lúc ${at}.`,
    noStorage: "Trình duyệt này không cho lưu nháp: đừng đóng trang trước khi gửi xong.",
    otherTab: "Biểu mẫu này đang mở ở một thẻ khác. Hãy ghi ở thẻ kia; thẻ này không lưu nháp.",
    confirmDiscard: "Bỏ hẳn bản này? Những gì đã ghi sẽ mất.",
    sending: "Đang gửi… Xin đừng đóng trang.",
    sent: "Đã gửi xong.",
    view: "Xem bản đã gửi",
    refused: "Chưa nhận được vì còn chỗ chưa đúng. Những gì đã ghi vẫn còn; hãy sửa rồi bấm Gửi.",
    tooLarge: "Bản gửi quá lớn. Hãy bớt ảnh hoặc chọn ảnh nhỏ hơn rồi bấm Gửi.",
    expired: "Phiên đăng nhập đã hết. Bản ghi đã được giữ trên máy này: đăng nhập lại rồi bấm Gửi lại.",
    signIn: "Đăng nhập (mở thẻ mới)",
    offline: "Chưa có mạng. Bản ghi đã được giữ trên máy này và sẽ tự gửi khi có mạng.",
    serverTrouble: (code) => `Máy chủ chưa nhận được (mã ${code}). Bản ghi đã được giữ trên máy này và sẽ tự gửi lại.`,
    notKept: "Chưa gửi được, và trình duyệt này không cho giữ bản ghi: đừng đóng trang, bấm Gửi lại khi có mạng.",
    waiting: (at) => `Có một bản chưa gửi lúc ${at}.`,
    sendNow: "Gửi ngay",
    resend: "Gửi lại",
    edit: "Sửa tiếp",
    discard: "Bỏ",
    question: "Đến câu này",
    itemMenu: "Thao tác với mục này",
    removePhoto: "Bỏ ảnh này",
    changeLanguage: "Đổi ngôn ngữ",
  },
  en: {
    loading: "Opening the form…",
    loadFailed: "The form could not be opened. Check the connection, then reload the page.",
    draftFailed: "The draft kept on this device does not open in the present form.",
    reload: "Reload the page",
    startAfresh: "Discard the draft and start afresh",
    download: "Download the draft",
    draftSaved: (at) => `Draft saved on this device at ${at}.`,
    draftRestored: (at) => `Reopened the draft saved at ${at}.`,
    noStorage: "This browser does not allow drafts: keep the page open until it is sent.",
    otherTab: "This form is open in another tab. Go on there; this tab keeps no draft.",
    confirmDiscard: "Discard this for good? What was entered will be lost.",
    sending: "Sending… Please keep the page open.",
    sent: "Sent.",
    view: "See what was sent",
    refused: "Not accepted yet: some answers need correcting. Nothing is lost; correct them and press Send.",
    tooLarge: "Too large to send. Remove a photo or choose a smaller one, then press Send.",
    expired: "Your session has ended. The record is kept on this device: sign in, then press Send again.",
    signIn: "Sign in (new tab)",
    offline: "No connection. The record is kept on this device and will be sent when the connection is back.",
    serverTrouble: (code) => `The server could not take it (code ${code}). It is kept on this device and will be sent again.`,
    notKept: "Not sent, and this browser does not allow keeping it: keep the page open and press Send again.",
    waiting: (at) => `One record from ${at} has not been sent.`,
    sendNow: "Send now",
    resend: "Send again",
    edit: "Go on editing",
    discard: "Discard",
    question: "Go to question",
    itemMenu: "Actions for this item",
    removePhoto: "Remove this photo",
    changeLanguage: "Change language",
  },
};
const language = config.language in WORDS ? config.language : "vi";
const words = WORDS[language];
const clock = (time) =>
  new Intl.DateTimeFormat("vi-VN", { hour: "2-digit", minute: "2-digit", day: "2-digit", month: "2-digit", year: "numeric" }).format(time);

// ---- Telling the person -----------------------------------------------------------------------------------------

const element = (tag, attributes = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), attributes);
  made.append(...children.filter(Boolean));
  return made;
};
const button = (text, onclick, className = "button") => element("button", { type: "button", className, onclick }, text);
const link = (text, href, newTab = false) =>
  element("a", { className: "button", href, ...(newTab && { target: "_blank", rel: "opener" }) }, text);

// Both exist, empty, before anything is said: a live region added together with its text is often not read out.
const draftNote = element("p", { id: "form-draft-note" });
const statusBox = element("div", { id: "form-status", className: "messages", tabIndex: -1 });
statusBox.setAttribute("role", "status");
host.before(draftNote);
host.after(statusBox);

function say(kind, text, actions = [], detail = null) {
  const row = actions.filter(Boolean);
  statusBox.replaceChildren(
    element("div", { className: kind }, element("p", {}, text), detail,
      row.length ? element("div", { className: "actions" }, ...row) : null),
  );
  statusBox.dataset.state = kind;
  statusBox.scrollIntoView({ block: "nearest" });
}

function listOfMistakes(mistakes) {
  return element("ul", {}, ...mistakes.map(({ question, label, message }) => {
    const target = question && questionElement(question);
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

// ---- What is kept on this device --------------------------------------------------------------------------------

const store = {
  open() {
    this.database ??= new Promise((resolve, reject) => {
      const request = indexedDB.open("caunoi-forms", 1);
      request.onupgradeneeded = () => ["draft", "outbox"].forEach((name) => request.result.createObjectStore(name));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    return this.database;
  },
  async run(name, mode, action) {
    const transaction = (await this.open()).transaction(name, mode);
    const request = action(transaction.objectStore(name));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  },
  get: (name) => store.run(name, "readonly", (s) => s.get(config.draftKey)),
  put: (name, value) => store.run(name, "readwrite", (s) => s.put(value, config.draftKey)),
  remove: (name) => store.run(name, "readwrite", (s) => s.delete(config.draftKey)),
};
// Reading or clearing what may not exist must not stop anyone from filling in a form.
const kept = (name) => store.get(name).catch(() => undefined);
const forget = (name) => {
  if (name === "draft") lastWords.clear();
  return store.remove(name).catch(() => undefined);
};

/* When the page is closed, IndexedDB may not finish in time, localStorage does: the last second of typing goes there
 * (without photos chosen in that same second). */
const lastWords = {
  key: `caunoi-forms:${config.draftKey}`,
  read() {
    try {
      return JSON.parse(localStorage.getItem(this.key));
    } catch {
      return null;
    }
  },
  write(xml) {
    try {
      localStorage.setItem(this.key, JSON.stringify({ xml, at: Date.now() }));
    } catch {
      // full or forbidden: the draft of a few seconds ago has to do
    }
  },
  clear() {
    try {
      localStorage.removeItem(this.key);
    } catch {
      // forbidden: then nothing was written either
    }
  },
};

async function keptDraft() {
  const draft = await kept("draft");
  const last = lastWords.read();
  return last && last.at > (draft?.at ?? 0) ? { files: [], ...draft, ...last } : draft;
}

async function discard() {
  if (!confirm(words.confirmDiscard)) return;
  leaving = true;
  await forget("outbox");
  await forget("draft");
  location.reload();
}

// ---- The XML ----------------------------------------------------------------------------------------------------

const metaOf = (xml) => {
  const doc = new DOMParser().parseFromString(xml, "text/xml");
  const meta = [...doc.documentElement.children].find((child) => child.localName === "meta");
  const find = (name) => [...(meta?.children ?? [])].find((child) => child.localName === name);
  return { doc, find };
};

function identityOf(xml) {
  const { find } = metaOf(xml);
  return { instanceID: find("instanceID")?.textContent ?? "", deprecatedID: find("deprecatedID")?.textContent ?? "" };
}

/* A draft can only be reopened through editInstance, which takes it for a stored submission: it gives a new instanceID
 * and names the draft's own as deprecatedID. The server knows no such submission, so the draft's identity is put back. */
function withIdentity(xml, identity) {
  if (!identity?.instanceID) return xml;
  const { doc, find } = metaOf(xml);
  const instance = find("instanceID");
  if (!instance) return xml;
  instance.textContent = identity.instanceID;
  const deprecated = find("deprecatedID");
  if (deprecated && identity.deprecatedID) deprecated.textContent = identity.deprecatedID;
  else deprecated?.remove();
  return new XMLSerializer().serializeToString(doc);
}

/** Names of the photos an instance refers to: the answers to the form's binary questions. */
function attachmentNames(formXml, instanceXml) {
  const form = new DOMParser().parseFromString(formXml, "text/xml");
  const questions = new Set(
    [...form.getElementsByTagName("bind")]
      .filter((bind) => bind.getAttribute("type") === "binary")
      .map((bind) => bind.getAttribute("nodeset").split("/").pop()),
  );
  const instance = new DOMParser().parseFromString(instanceXml, "text/xml");
  return [...instance.getElementsByTagName("*")]
    .filter((node) => questions.has(node.localName) && !node.children.length && node.textContent.trim())
    .map((node) => node.textContent.trim());
}

// ---- The live form ----------------------------------------------------------------------------------------------

let root = null; // the engine's root node: its instanceState.instanceXML is the form as it stands
let identity = null; // set only for a reopened draft
let savedXml = null;
let canKeep = true;
let leaving = false;
let onServer = new Set(); // photos the server already has, which need not travel again

/* web-forms emits nothing before submit and exposes no state. But it hands the engine's nodes to its own components as
 * props, and each node knows its root; a global mixin sees them. Without it (a later version may rename a prop) the
 * form still works and still sends; only drafts end, and we say so. */
function findRoot() {
  const { form, node } = this.$props ?? {};
  const found = (form ?? node)?.root;
  if (found?.instanceState && found !== root) {
    root = found;
    queueMicrotask(chooseLanguage);
  }
}

function chooseLanguage() {
  const wanted = root.languages?.find(({ language: name }) => name === language || name?.endsWith(`(${language})`));
  if (wanted) root.setLanguage(wanted);
}

function* nodes(node = root) {
  yield node;
  for (const child of node?.currentState?.children ?? []) yield* nodes(child);
}

function questionElement(question) {
  if (!root) return null;
  const wanted = question.startsWith("/") ? question : `/${question}`;
  for (const node of nodes()) {
    if (node.currentState.reference?.endsWith(wanted)) return document.getElementById(`${node.nodeId}_container`);
  }
  return null;
}

function filesNow() {
  const files = [];
  for (const node of nodes()) {
    const file = node.nodeType === "upload" && node.currentState.value;
    if (file) files.push({ name: String(node.currentState.instanceValue || file.name), blob: file });
  }
  return files;
}

const xmlNow = () => withIdentity(root.instanceState.instanceXML, identity);

async function saveDraft() {
  if (!root || leaving || waiting || !canKeep) return;
  const xml = xmlNow();
  if (xml === savedXml) return;
  const before = savedXml;
  savedXml = xml;
  try {
    const at = Date.now();
    await store.put("draft", { xml, files: filesNow(), at });
    draftNote.textContent = words.draftSaved(clock(at));
  } catch {
    savedXml = before;
    cannotKeep(words.noStorage);
  }
}

function cannotKeep(reason) {
  canKeep = false;
  draftNote.textContent = reason;
}

/** Two tabs of one form would overwrite each other's draft; only the first keeps one. */
async function alone() {
  if (!navigator.locks) return true;
  return new Promise((resolve) => {
    navigator.locks.request(`caunoi:${config.draftKey}`, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock && new Promise(() => {}); // held until the page goes
    });
  });
}

// ---- Sending ----------------------------------------------------------------------------------------------------

let taking = false;
let sending = false;
let waiting = null; // the parcel that is still to be sent; the form rests meanwhile, so that it can't drift from it
let retryTimer = 0;
let retryDelay = FIRST_RETRY;

async function onSubmit(payload, done) {
  if (taking || sending || waiting) return; // the button pressed twice
  taking = true;
  const parts = [...payload.data[0].entries()];
  const xmlPart = parts.find(([name]) => name === "xml_submission_file")[1];
  const parcel = {
    xml: withIdentity(await xmlPart.text(), identity),
    files: parts.filter(([name]) => name !== "xml_submission_file" && !onServer.has(name)).map(([name, blob]) => ({ name, blob })),
    at: Date.now(),
  };
  done({}); // tells web-forms that the host has taken over; it keeps the answers
  waiting = parcel;
  taking = false;
  parcel.kept = canKeep && (await store.put("outbox", { ...parcel }).then(() => true, () => false));
  await send(parcel);
}

async function send(parcel, { freshToken = false } = {}) {
  if (sending) return;
  sending = true;
  clearTimeout(retryTimer);
  host.inert = true;
  say("info", words.sending);
  try {
    let response = await post(parcel, freshToken);
    // Signing in, here or in another tab, changes the token; the session itself may be fine.
    if (response.status === 403 && !isJson(response)) response = await post(parcel, true);
    await settle(parcel, response);
  } catch (error) {
    if (error instanceof SignedOut) expired(error.loginUrl);
    else later(words.offline);
  } finally {
    sending = false;
  }
}

class SignedOut extends Error {
  constructor(loginUrl) {
    super("signed out");
    this.loginUrl = loginUrl;
  }
}

const isJson = (response) => (response.headers.get("content-type") ?? "").includes("json");

async function token() {
  const response = await fetch(config.csrfUrl, { headers: { Accept: "application/json" }, redirect: "manual", cache: "no-store" });
  if (response.ok && isJson(response)) return (await response.json()).csrf;
  if (response.type === "opaqueredirect" || response.status === 401) {
    throw new SignedOut(isJson(response) ? (await response.json()).login_url : undefined);
  }
  throw new TypeError(`no token: ${response.status}`);
}

async function post({ xml, files }, freshToken) {
  if (freshToken && config.csrfUrl) config.csrf = await token();
  const body = new FormData();
  body.append("xml_submission_file", new File([xml], "xml_submission_file", { type: "text/xml" }));
  for (const { name, blob } of files) body.append(name, new File([blob], name, { type: blob.type }));
  const size = files.reduce((sum, { blob }) => sum + blob.size, xml.length);
  return fetch(config.submitUrl, {
    method: "POST",
    body,
    headers: {
      Accept: "application/json",
      "X-CSRFToken": config.csrf ?? "",
      "X-Draft-Key": config.draftKey,
      "X-OpenRosa-Version": "1.0",
    },
    redirect: "manual",
    signal: AbortSignal.timeout?.(120_000 + size / 4), // two minutes, and no slower than 4 kB a second
  });
}

async function settle(parcel, response) {
  const answer = isJson(response) ? await response.json().catch(() => ({})) : {};
  // Only {"ok": true} counts. A captive portal of a guest network answers 200 to anything, and the record would be gone.
  if (response.ok && answer.ok === true) {
    leaving = true;
    await forget("outbox");
    await forget("draft");
    const next = answer.url || config.doneUrl;
    say("success", words.sent, [next && link(words.view, next)]);
    if (next) location.assign(next);
    return;
  }
  if (response.status === 401 || response.type === "opaqueredirect") return expired(answer.login_url);
  if (response.status >= 400 && response.status < 500 && answer.ok === false) {
    return refused(answer.message || words.refused, answer);
  }
  if (response.status === 413) return refused(words.tooLarge);
  if (response.status === 403) return expired();
  return later(words.serverTrouble(response.status));
}

async function refused(message, { mistakes = [], url } = {}) {
  await editAgain();
  say("error", message, [url && link(words.view, url, true)], mistakes.length ? listOfMistakes(mistakes) : null);
  statusBox.focus({ preventScroll: true });
}

/** Not now, but it will be sent: by hand, when the connection is back, or by itself after a while. */
function later(message) {
  say("warning", waiting.kept ? message : words.notKept, waitingActions(words.resend));
  clearTimeout(retryTimer);
  retryTimer = setTimeout(resend, retryDelay);
  retryDelay = Math.min(retryDelay * 2, LAST_RETRY);
}

function expired(loginUrl) {
  const where = loginUrl || config.loginUrl || location.href;
  say("warning", waiting.kept ? words.expired : words.notKept, [link(words.signIn, where, true), ...waitingActions(words.resend)]);
}

const waitingActions = (sendWord) => [
  button(sendWord, resend, "button primary"),
  button(words.edit, editAndClear),
  button(words.discard, discard, "button danger"),
];

const resend = () => waiting && send(waiting, { freshToken: true });

async function editAgain() {
  clearTimeout(retryTimer);
  retryDelay = FIRST_RETRY;
  waiting = null;
  host.inert = false;
  await saveDraft(); // first kept as a draft, then out of the outbox: at no moment in neither
  await forget("outbox");
}

async function editAndClear() {
  await editAgain();
  statusBox.replaceChildren();
}

// ---- Vietnamese in web-forms, and repairs for screen readers ----------------------------------------------------

/* 0.22 has no translations of its own words (its sources say "TODO"), so they are replaced where they stand: only
 * under these selectors, only when the text is exactly this, never in a form's own labels or anyone's answers. */
const VIETNAMESE = [
  [".footer .p-button-label", "Send", "Gửi"],
  [".form-error-text-wrap li", /^(\d+) questions? with errors?\.$/, "$1 câu hỏi chưa đúng. Xem các câu có chữ đỏ bên dưới."],
  [".form-error-text-wrap li", /^Location unavailable.*/, "Không lấy được vị trí. Bật GPS và cho phép trình duyệt dùng vị trí, rồi mở lại biểu mẫu."],
  [".validation-message, .validation-message *", "Condition not satisfied: required", "Câu này bắt buộc phải trả lời."],
  [".validation-message, .validation-message *", "Condition not satisfied: constraint", "Câu trả lời chưa hợp lệ."],
  [".button-add-instance > span", "Add", "Thêm"],
  [".p-menu-item-label, .p-menu-item-link span", "Remove", "Xóa mục này"],
  [".panel-title h2 span", "Repeat Item", "Mục"],
  [".take-picture-button span", "Take picture", "Chụp ảnh"],
  [".choose-image-button span", "Choose image", "Chọn ảnh"],
  [".rank-overlay span, .rank-control-container button span", "Rank items", "Xếp thứ tự"],
  [".value-option .label-text", "Okay", "Đồng ý"],
  [".question-container > p", "🚧 Support for non-image uploads is pending. 🚧", "Trình duyệt chưa gửi được loại tệp này. Hãy dùng ứng dụng ODK Collect trên điện thoại."],
  [".question-container span, .p-button span", "Get location", "Lấy vị trí"],
  [".question-container span, .p-button span", "Try again", "Thử lại"],
  [".question-container strong", "Cannot access location", "Không lấy được vị trí"],
  [".question-container span", "Grant location permission in the browser settings and make sure location is turned on.", "Cho phép trình duyệt dùng vị trí trong phần cài đặt và bật định vị."],
  [".p-dialog strong", "Finding your location", "Đang tìm vị trí"],
  [".p-dialog *", "Time taken to capture location:", "Thời gian tìm vị trí:"],
  [".p-dialog .p-button-label", "Cancel", "Hủy"],
  [".p-dialog .p-button-label", "Save location", "Lưu vị trí"],
  [".p-dialog-title", "An error occurred while loading this form", "Không mở được biểu mẫu"],
  [".p-dialog summary", "Technical error details", "Chi tiết kỹ thuật"],
  [".powered-by-wrapper .caption", "Powered by", "Dùng"],
];

function translate() {
  for (const [selector, from, to] of VIETNAMESE) {
    for (const place of document.querySelectorAll(selector)) {
      for (const text of place.childNodes) {
        const now = text.nodeType === Node.TEXT_NODE && text.data.trim();
        if (now && (from instanceof RegExp ? from.test(now) : now === from)) text.data = text.data.replace(now, now.replace(from, to));
      }
    }
  }
}

/* The date picker of web-forms follows the locale of PrimeVue, which its plugin puts on the app. */
const DATES = {
  dateFormat: "dd/mm/yy", // "yy" is PrimeVue's word for four digits
  firstDayOfWeek: 1,
  dayNames: ["Chủ nhật", "Thứ hai", "Thứ ba", "Thứ tư", "Thứ năm", "Thứ sáu", "Thứ bảy"],
  dayNamesShort: ["CN", "T2", "T3", "T4", "T5", "T6", "T7"],
  dayNamesMin: ["CN", "T2", "T3", "T4", "T5", "T6", "T7"],
  monthNames: Array.from({ length: 12 }, (_, i) => `Tháng ${i + 1}`),
  monthNamesShort: Array.from({ length: 12 }, (_, i) => `Th${i + 1}`),
  today: "Hôm nay", clear: "Xóa", weekHeader: "Tuần",
  chooseYear: "Chọn năm", chooseMonth: "Chọn tháng", chooseDate: "Chọn ngày",
  prevMonth: "Tháng trước", nextMonth: "Tháng sau", prevYear: "Năm trước", nextYear: "Năm sau",
  prevDecade: "Mười năm trước", nextDecade: "Mười năm sau",
  emptyMessage: "Không có lựa chọn", emptyFilterMessage: "Không tìm thấy", emptySearchMessage: "Không tìm thấy",
  emptySelectionMessage: "Chưa chọn", searchMessage: "Có {0} kết quả", selectionMessage: "Đã chọn {0}",
  accept: "Có", reject: "Không", cancel: "Hủy", choose: "Chọn", upload: "Tải lên",
};

function speakVietnamese(app) {
  const locale = app.config.globalProperties.$primevue?.config?.locale;
  if (locale) {
    Object.assign(locale, DATES);
    Object.assign(locale.aria, { close: "Đóng", previous: "Trước", next: "Sau", trueLabel: "Có", falseLabel: "Không", nullLabel: "Chưa chọn", listLabel: "Danh sách lựa chọn", selectAll: "Chọn hết", unselectAll: "Bỏ chọn hết" });
  }
}

/* Number boxes follow the browser's language unless told; web-forms doesn't tell. A phone set to English would take the
 * comma of "1,25" for nothing and record 125. */
function countVietnamese() {
  if (language === "vi" && this.$options.name === "InputNumber") this.$.props.locale = "vi-VN";
}

const pointKeyboard = new Intl.NumberFormat().format(1.5).includes(".");

/* The number box of web-forms reads key presses. Many keyboards of Android phones send none, only finished text; the box
 * then throws away what was typed. A real key press is consumed before "beforeinput", so whatever arrives here came
 * without one, and is handed over as the key presses the box waits for. Likewise a decimal point, from phones whose
 * keyboard has no comma. */
function typeNumbers() {
  const numberBox = (event) => event.target.closest?.(".p-inputnumber-input");
  const press = (box, type, key) =>
    box.dispatchEvent(new KeyboardEvent(type, { key, code: key, bubbles: true, cancelable: true }));
  host.addEventListener("beforeinput", (event) => {
    const box = numberBox(event);
    if (!box || event.isComposing) return;
    if (event.inputType === "insertText") [...(event.data ?? "")].forEach((key) => press(box, "keypress", key));
    else if (event.inputType === "deleteContentBackward") press(box, "keydown", "Backspace");
    else return;
    event.preventDefault();
  }, true);
  host.addEventListener("keypress", (event) => {
    const box = event.key === "." && pointKeyboard && language === "vi" && numberBox(event);
    if (!box || box.inputMode !== "decimal") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    press(box, "keypress", ",");
  }, true);
}

/* Controls that web-forms leaves without a name, as axe-core reports them. */
function repair() {
  const each = (selector, mend, within = document) => within.querySelectorAll(selector).forEach(mend);
  const name = (selector, label) => each(selector, (control) => control.setAttribute("aria-label", label));
  each(".question-container", (question) => {
    const label = question.querySelector("label");
    const message = question.querySelector(".validation-message");
    if (!label) return;
    label.id ||= `${question.id}_label`;
    if (message) message.id ||= `${question.id}_message`;
    each(".p-inputnumber-input, .p-datepicker-input", (input) => (label.htmlFor = input.id), question);
    each(".p-select-label, [role=slider]", (control) => control.setAttribute("aria-labelledby", label.id), question);
    each("[role=slider]:not([aria-valuenow])", (slider) => slider.setAttribute("aria-valuenow", slider.ariaValueMin), question);
    each("input, textarea, .p-select-label", (control) => {
      const wrong = question.classList.contains("highlight");
      control.toggleAttribute("aria-invalid", wrong);
      if (wrong) control.setAttribute("aria-invalid", "true");
      if (message) control.setAttribute("aria-describedby", message.id);
    }, question);
  });
  name(".button-menu", words.itemMenu);
  name(".clear-button", words.removePhoto);
  name(".language-changer [role=combobox]", words.changeLanguage);
  each(".footer .p-button", (send) => send.setAttribute("aria-label", send.textContent.trim()));
  each(".p-panel-content-container", (content) => {
    const title = content.closest(".p-panel").querySelector(".panel-title h2");
    content.setAttribute("role", "group");
    title.id ||= `${content.id}_title`;
    content.setAttribute("aria-labelledby", title.id);
  });
  each(".p-datepicker-day", (day) => day.removeAttribute("aria-selected"));
  each(".p-datepicker-select-month, .p-datepicker-select-year", (control) => control.removeAttribute("aria-label"));
  // Told "numeric", an iPhone shows no decimal sign at all.
  for (const node of root ? nodes() : []) {
    if (node.valueType !== "decimal") continue;
    each(".p-inputnumber-input", (box) => (box.inputMode = "decimal"), document.getElementById(`${node.nodeId}_container`) ?? element("i"));
  }
}

function watchChrome() {
  let due = false;
  const pass = () => {
    due = false;
    if (language === "vi") translate();
    repair();
  };
  new MutationObserver(() => {
    if (!due) requestAnimationFrame(pass);
    due = true;
  }).observe(document.body, { subtree: true, childList: true, characterData: true, attributeFilter: ["class"] });
  pass();
}

// ---- Opening ----------------------------------------------------------------------------------------------------

async function text(url) {
  const response = await fetch(url, { redirect: "manual" });
  if (!response.ok) throw new TypeError(`${url}: ${response.status}`);
  return response.text();
}

/** What the form starts from: the unsent parcel, else the draft, else the submission to correct, else nothing. */
async function startingPoint(formXml) {
  const parcel = await kept("outbox");
  const draft = parcel ?? (await keptDraft());
  const prefix = config.instanceAttachmentsUrlPrefix;
  const original = config.instanceUrl ? await text(config.instanceUrl) : null;
  onServer = new Set(original ? attachmentNames(formXml, original) : []);
  if (!draft && !original) return {};
  const xml = draft?.xml ?? original;
  if (draft) identity = identityOf(xml);
  const files = new Map((draft?.files ?? []).map(({ name, blob }) => [name, blob]));
  const names = attachmentNames(formXml, xml).filter((name) => files.has(name) || (prefix && onServer.has(name)));
  return {
    parcel,
    draft,
    editInstance: {
      resolveInstance: () => xml,
      attachmentFileNames: names,
      resolveAttachment: async (name) => {
        if (files.has(name)) return new Response(files.get(name), { headers: { "Content-Type": files.get(name).type } });
        const response = await fetch(prefix + encodeURIComponent(name));
        return response.ok ? response : new Response(new Blob()); // shows as a broken picture; the answer itself stays
      },
    },
  };
}

function mount(formXml, editInstance) {
  const app = createApp({
    render: () =>
      h(OdkWebForm, {
        formXml,
        editInstance,
        trackDevice: true,
        missingResourceBehavior: "BLANK", // a list that can't be had must not keep the rest from being recorded
        fetchFormAttachment: (url) => fetch(config.attachmentsUrlPrefix + encodeURIComponent(decodeURIComponent(url.href.split("/").pop()))),
        onSubmit,
      }),
  });
  app.use(webFormsPlugin);
  if (language === "vi") speakVietnamese(app);
  app.mixin({ beforeCreate: countVietnamese, created: findRoot });
  app.mount(host);
}

/** web-forms reads the form in its own time and reports failure only in a dialog. */
async function opened() {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (host.querySelector(".form-initialization-status.error")) return false;
    if (host.querySelector(".odk-form")) return true;
  }
}

function draftUnreadable(draft) {
  const href = URL.createObjectURL(new Blob([draft.xml], { type: "text/xml" }));
  const save = Object.assign(link(words.download, href), { download: `${config.draftKey}.xml` });
  document.querySelectorAll(".p-dialog-mask").forEach((mask) => mask.remove());
  say("error", words.draftFailed, [save, button(words.startAfresh, discard, "button danger")]);
}

async function open() {
  say("info", words.loading);
  if (!(await alone())) cannotKeep(words.otherTab);
  const formXml = await text(config.xformUrl);
  const { parcel, draft, editInstance } = await startingPoint(formXml);
  mount(formXml, editInstance);
  watchChrome();
  typeNumbers();
  if (!(await opened())) {
    if (draft) draftUnreadable(draft);
    return;
  }
  statusBox.replaceChildren();
  if (!root) return cannotKeep(words.noStorage);
  savedXml = xmlNow(); // an untouched form leaves no draft behind
  if (parcel) {
    waiting = { ...parcel, kept: true };
    host.inert = true;
    say("warning", words.waiting(clock(parcel.at)), waitingActions(words.sendNow));
    statusBox.scrollIntoView({ block: "center" });
  } else if (draft) {
    draftNote.replaceChildren(words.draftRestored(clock(draft.at)), " ", button(words.startAfresh, discard, "button"));
  }
}

function leave() {
  if (!root || leaving || waiting || !canKeep) return;
  const xml = xmlNow();
  if (xml !== savedXml) lastWords.write(xml);
  saveDraft();
}

setInterval(saveDraft, SAVE_EVERY);
addEventListener("pagehide", leave);
document.addEventListener("visibilitychange", () => document.hidden && leave());
addEventListener("online", resend);
addEventListener("beforeunload", (event) => {
  const unsaved = root && !leaving && !canKeep && xmlNow() !== savedXml;
  if (unsaved || (waiting && !waiting.kept)) event.preventDefault();
});

open().catch((error) => {
  console.error(error);
  say("error", words.loadFailed, [button(words.reload, () => location.reload())]);
});
