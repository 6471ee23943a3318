/* Reading an XForm and a filled instance with the browser's parser. */

const ORX = "http://openrosa.org/xforms";
const parse = (xml) => new DOMParser().parseFromString(xml, "text/xml");

/** The XForm with `prefilled` answers already in its primary instance and without the controls of `hidden` questions:
 *  what the page's heading says and its address decides, nobody types again. Names that are not in it are passed over. */
export function prepare(formXml, { prefilled, hidden }) {
  if (!Object.keys(prefilled).length && !hidden.length) return formXml;
  const form = parse(formXml);
  const primary = form.getElementsByTagName("instance")[0]?.firstElementChild;
  for (const leaf of primary?.getElementsByTagName("*") ?? []) {
    if (!leaf.children.length && prefilled[leaf.localName] !== undefined) leaf.textContent = prefilled[leaf.localName];
  }
  for (const control of [...form.querySelectorAll("input, select1")]) {
    if (hidden.includes(control.getAttribute("ref")?.split("/").pop())) control.remove();
  }
  return new XMLSerializer().serializeToString(form);
}

const binds = (form) => [...form.getElementsByTagName("bind")];

/** Names of the photos an instance refers to: the answers to the form's binary questions. */
export function attachmentNames(formXml, instanceXml) {
  const questions = new Set(
    binds(parse(formXml))
      .filter((bind) => bind.getAttribute("type") === "binary")
      .map((bind) => bind.getAttribute("nodeset").split("/").pop()),
  );
  return [...parse(instanceXml).getElementsByTagName("*")]
    .filter((node) => questions.has(node.localName) && !node.children.length && node.textContent.trim())
    .map((node) => node.textContent.trim());
}

/** What the form says about its photos: reference -> {maxPixels, withPosition}. */
export function photoSettings(formXml) {
  const form = parse(formXml);
  const settings = new Map();
  for (const upload of form.getElementsByTagName("upload")) {
    const reference = upload.getAttribute("ref");
    const bind = binds(form).find((one) => one.getAttribute("nodeset") === reference);
    const maxPixels = Number(bind?.getAttributeNS(ORX, "max-pixels")) || undefined;
    const withPosition = (upload.getAttribute("appearance") ?? "").split(/\s+/).includes("with-position");
    settings.set(reference, { maxPixels, withPosition });
  }
  return settings;
}
