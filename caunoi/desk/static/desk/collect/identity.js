/* The identity of a filled form: instanceID, and deprecatedID where it corrects another. In text, not with a parser: the
 * service worker has none, and text in answers is escaped, so these tags can only be the form's own. */
const TAG = (name) => new RegExp(`<((?:[\\w.-]+:)?)${name}(\\s[^>]*)?>([^<]*)</\\1${name}>`);
const EMPTY = (name) => new RegExp(`<(?:[\\w.-]+:)?${name}(?:\\s[^>]*)?/>`);

export const identityOf = (xml) => ({
  instanceID: TAG("instanceID").exec(xml)?.[3].trim() ?? "",
  deprecatedID: TAG("deprecatedID").exec(xml)?.[3].trim() ?? "",
});

/* A draft can only be reopened through editInstance, which takes it for a stored submission: it gives a new instanceID
 * and names the draft's own as deprecatedID. The server knows no such submission, so the draft's identity is put back. */
export function withIdentity(xml, identity) {
  if (!identity?.instanceID) return xml;
  const without = xml.replace(TAG("deprecatedID"), "").replace(EMPTY("deprecatedID"), "");
  return without.replace(TAG("instanceID"), (all, prefix, attributes = "") => {
    const write = (name, value) => `<${prefix}${name}${attributes}>${value}</${prefix}${name}>`;
    return write("instanceID", identity.instanceID) + (identity.deprecatedID ? write("deprecatedID", identity.deprecatedID) : "");
  });
}

/** The same answers as a correction of what was sent under their identity before. */
export const asCorrection = (xml) =>
  withIdentity(xml, { instanceID: `uuid:${crypto.randomUUID()}`, deprecatedID: identityOf(xml).instanceID });
