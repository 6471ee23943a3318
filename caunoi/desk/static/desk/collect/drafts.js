/* Keeps what is typed into one form, while it is typed.
 *
 * Limits: a draft holds no answer hidden by a condition (web-forms leaves those out of its XML); a number or date still
 * being typed counts once web-forms accepts it; a browser in private mode may refuse to keep anything, which we say.
 */
import { saveDraft } from "./records.js";
import { keepForGood, nearlyFull } from "./space.js";
import { isFull } from "./store.js";
import { clock, words } from "./words.js";

const PAUSE = 400; // after the last key
const LET_GO = 1500; // a page that is just being left, or loaded again, lets go of its draft within this time
const SAVE_EVERY = 3000; // whatever changed without a key: a position found, a calculation

export class Draft {
  #form; #name; #note; #savedXml = null; #timer = 0; #saving = Promise.resolve(); #hasFailed = false;

  /** @param name of what is being filled: one tab at a time may; @param note element that tells whether it is saved */
  constructor(form, name, note) {
    this.#form = form;
    this.#note = note;
    this.#name = name;
    this.record = null;
    this.canKeep = true;
    this.isResting = false; // while a finished record waits to be sent, so that the form can't drift from it
  }

  /** Takes up `record`, with the last second of typing in it if that was still under way when the page went. False if
   *  another tab has it: two would overwrite each other's draft, and send two answers under one identity. `onFree` is
   *  called once that tab is closed. */
  async begin(record, onFree) {
    if (!(await this.#hold(onFree))) return false;
    const last = record.state !== "waiting" && lastWords.read(this.#name);
    const isNewer = last && last.saved_at > record.saved_at;
    this.record = isNewer ? { ...record, ...last, id: record.saved_at ? record.id : last.id } : record;
    return true;
  }

  async #hold(onFree) {
    if (!navigator.locks) return true;
    return new Promise((resolve) => {
      let isLate = false;
      const waited = setTimeout(() => {
        isLate = true;
        resolve(false);
      }, LET_GO);
      navigator.locks.request(`caunoi-draft:${this.#name}`, () => {
        clearTimeout(waited);
        if (isLate) onFree();
        resolve(true);
        return new Promise(() => {}); // held until the page goes
      });
    });
  }

  #cannotKeep(reason) {
    this.canKeep = false;
    this.#warn(reason);
  }

  /** Stays in sight while the person goes on typing further down. */
  #warn(reason) {
    this.#note.textContent = reason;
    this.#note.classList.add("at-risk");
  }

  start() {
    if (!this.#form.isReadable) return this.#cannotKeep(words.noStorage);
    this.#savedXml = this.#form.xml; // an untouched form leaves no draft behind
    const typed = () => {
      this.onTyped?.();
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.save(), PAUSE);
    };
    ["input", "change", "click"].forEach((kind) => this.#form.host.addEventListener(kind, typed));
    setInterval(() => this.save(), SAVE_EVERY);
    addEventListener("pagehide", () => this.#leave());
    document.addEventListener("visibilitychange", () => document.hidden && this.#leave());
    return undefined;
  }

  get isUnsaved() {
    return this.#form.isReadable && !this.isResting && this.#form.xml !== this.#savedXml;
  }

  /** Whether closing the page now would lose something. */
  get isAtRisk() {
    return this.isUnsaved && (this.#hasFailed || !this.canKeep);
  }

  /** One after another, so that an older state never overwrites a newer one. */
  save({ always = false } = {}) {
    this.#saving = this.#saving.then(() => this.#save(always));
    return this.#saving;
  }

  async #save(always) {
    if (!this.canKeep || !this.#form.isReadable || this.isResting) return;
    const xml = this.#form.xml;
    if (xml === this.#savedXml && !always) return;
    const before = this.#savedXml;
    this.#savedXml = xml;
    const record = { ...this.record, xml, files: this.#form.files, saved_at: Date.now() };
    try {
      await saveDraft(record);
      this.record = record;
      this.#hasFailed = false;
      this.#note.textContent = words.draftSaved(clock(record.saved_at));
      this.#note.classList.remove("at-risk");
      lastWords.clear(this.#name);
      keepForGood();
      this.onSaved?.(await nearlyFull());
    } catch (error) {
      this.#hasFailed = true;
      this.#savedXml = before; // tried again in a few seconds: other records may have gone meanwhile
      if (isFull(error)) this.#warn(words.full);
      else this.#cannotKeep(words.noStorage);
      this.onSaved?.(null);
    }
  }

  /** It is queued, or thrown away: nothing typed here may come back. */
  forgetLastWords = () => lastWords.clear(this.#name);

  #leave() {
    if (!this.canKeep || !this.isUnsaved) return;
    lastWords.write(this.#name, { id: this.record.id, xml: this.#form.xml, saved_at: Date.now() });
    this.save();
  }
}

/* When the page is closed, IndexedDB may not finish in time, localStorage does: the last second of typing goes there
 * (without photos chosen in that same second). */
const lastWords = {
  key: (name) => `caunoi-last-words:${name}`,
  read(name) {
    try {
      return JSON.parse(localStorage.getItem(this.key(name)));
    } catch {
      return null;
    }
  },
  write(name, words) {
    try {
      localStorage.setItem(this.key(name), JSON.stringify(words));
    } catch {
      // full or forbidden: the draft of a moment ago has to do
    }
  },
  clear(name) {
    try {
      localStorage.removeItem(this.key(name));
    } catch {
      // forbidden: then nothing was written either
    }
  },
};
