/* web-forms with an XForm in it, and a hold on what stands in it.
 *
 * Where we lean on the inside of web-forms 0.22 (look again when it is upgraded): findRoot, and what vietnamese.js and
 * repairs.js replace.
 */
import { createApp, h } from "vue";
import { OdkWebForm, webFormsPlugin } from "@getodk/web-forms";
import { identityOf, withIdentity } from "./identity.js";
import { countVietnamese, repair, typeNumbers } from "./repairs.js";
import { speakVietnamese, translate } from "./vietnamese.js";
import { language } from "./words.js";

export class LiveForm {
  #root = null; // the engine's root node: its instanceState.instanceXML is the form as it stands
  #identity = null; // set only for a reopened draft
  #passes = [];

  constructor(host) {
    this.host = host;
  }

  /** Whether what is typed can be read before it is sent. */
  get isReadable() {
    return this.#root !== null;
  }

  /** The form as it stands. */
  get xml() {
    return this.identified(this.#root.instanceState.instanceXML);
  }

  identified = (xml) => withIdentity(xml, this.#identity);

  /**
   * @param formXml what to show
   * @param start {xml, isDraft, attachmentNames, resolveAttachment} to go on from; absent: an empty form
   * @param fetchFile name -> Promise<Blob> of a file the form refers to
   * @param onSubmit as web-forms calls it
   * @returns whether the form opened
   */
  async open({ formXml, start, fetchFile, onSubmit }) {
    if (start?.isDraft) this.#identity = identityOf(start.xml);
    const app = createApp({
      render: () =>
        h(OdkWebForm, {
          formXml,
          editInstance: start && {
            resolveInstance: () => start.xml,
            attachmentFileNames: start.attachmentNames,
            resolveAttachment: start.resolveAttachment,
          },
          trackDevice: true,
          missingResourceBehavior: "BLANK", // a list that can't be had must not keep the rest from being recorded
          fetchFormAttachment: async (url) => new Response(await fetchFile(decodeURIComponent(url.href.split("/").pop()))),
          onSubmit,
        }),
    });
    app.use(webFormsPlugin);
    if (language === "vi") speakVietnamese(app);
    const hold = this;
    app.mixin({ beforeCreate: countVietnamese, created() { hold.#findRoot(this); } });
    app.mount(this.host);
    this.#watch();
    typeNumbers(this.host);
    return this.#opened();
  }

  /** Runs `pass` after every change of what is shown. */
  afterEachChange(pass) {
    this.#passes.push(pass);
  }

  /* web-forms emits nothing before submit and exposes no state. But it hands the engine's nodes to its own components
   * as props, and each node knows its root; a global mixin sees them. Without it (a later version may rename a prop)
   * the form still works and still sends; only drafts end, and we say so. */
  #findRoot(component) {
    const { form, node } = component.$props ?? {};
    const found = (form ?? node)?.root;
    if (found?.instanceState && found !== this.#root) {
      this.#root = found;
      queueMicrotask(() => this.#chooseLanguage());
    }
  }

  #chooseLanguage() {
    const wanted = this.#root.languages?.find(({ language: name }) => name === language || name?.endsWith(`(${language})`));
    if (wanted) this.#root.setLanguage(wanted);
  }

  /** web-forms reads the form in its own time and reports failure only in a dialog. */
  async #opened() {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      if (this.host.querySelector(".form-initialization-status.error")) return false;
      if (this.host.querySelector(".odk-form")) return true;
    }
  }

  #watch() {
    let due = false;
    const pass = () => {
      due = false;
      if (language === "vi") translate();
      repair(this);
      this.#passes.forEach((one) => one());
    };
    new MutationObserver(() => {
      if (!due) requestAnimationFrame(pass);
      due = true;
    }).observe(document.body, { subtree: true, childList: true, characterData: true, attributeFilter: ["class"] });
    pass();
  }

  *nodes(node = this.#root) {
    if (!node) return;
    yield node;
    for (const child of node.currentState?.children ?? []) yield* this.nodes(child);
  }

  /** The box of a question on the page, by its name or path. */
  find(question) {
    const wanted = question.startsWith("/") ? question : `/${question}`;
    for (const node of this.nodes()) {
      if (node.currentState.reference?.endsWith(wanted)) return document.getElementById(`${node.nodeId}_container`);
    }
    return null;
  }

  /** The reference, without positions of repeats, of the question an element of the page belongs to. */
  referenceOf(inside) {
    const box = inside.closest(".question-container");
    for (const node of this.nodes()) {
      if (box?.id === `${node.nodeId}_container`) return node.currentState.reference.replace(/\[\d+\]/g, "");
    }
    return null;
  }

  /** Photos that are on the page now. */
  get files() {
    const files = [];
    for (const node of this.nodes()) {
      const file = node.nodeType === "upload" && node.currentState.value;
      if (file) files.push({ name: String(node.currentState.instanceValue || file.name), blob: file });
    }
    return files;
  }
}
