/* What can be filled without network: the list of what is due, the forms, and the files they need.
 *
 * A sheet is one form to fill for one unit and period (or event), as GET /offline/forms.json lists them.
 */
import { get, keysOf, listOf, put, remove } from "./store.js";
import { isUnsent, listRecords } from "./records.js";

const A_DAY = 86_400_000;
const formKey = (user, { form, version }) => `${user}:${form}:${version}`;
const fileKey = (user, url) => `${user}:${url}`;

export const getList = (user) => get("lists", user).catch(() => undefined);

/** Whether the device's clock was a day or more off when the server was last asked. */
export const isClockWrong = async (user) => Math.abs((await getList(user))?.ahead ?? 0) > A_DAY;

/** The sheet that lives at this address, from the list kept here. */
export async function findSheet(user, address) {
  return (await getList(user))?.sheets.find((sheet) => sheet.address === address);
}

async function fetched(url) {
  const response = await fetch(url, { redirect: "manual" });
  if (!response.ok) throw new TypeError(`${url}: ${response.status}`);
  return response;
}

/** The XForm of the sheet's own version. A version never changes, so what is kept here needs no network. */
export async function getForm(user, sheet) {
  const key = formKey(user, sheet);
  const kept = await get("forms", key).catch(() => undefined);
  if (kept) return kept.xml;
  const xml = await (await fetched(sheet.xform_url)).text();
  await put("forms", { key, user, form: sheet.form, version: sheet.version, xml }).catch(() => undefined);
  return xml;
}

/** A file under its address: kept here with the hash it had, fetched when that changed. Without network the old one. */
export async function getFile(user, { url, hash = "" }) {
  const key = fileKey(user, url);
  const kept = await get("files", key).catch(() => undefined);
  if (kept?.hash === hash && kept) return kept.blob;
  try {
    const blob = await (await fetched(url)).blob();
    await put("files", { key, user, hash, blob }).catch(() => undefined);
    return blob;
  } catch (error) {
    if (kept) return kept.blob;
    throw error;
  }
}

/** Fetches the list and everything on it that isn't here yet. `advance(done, total)`; throws when the line breaks: what
 *  has come is kept, the rest comes next time. */
export async function refresh(user, advance) {
  const response = await fetch("/offline/forms.json", { headers: { Accept: "application/json" }, redirect: "manual", cache: "no-store" });
  if (!response.ok) throw new TypeError(`forms.json: ${response.status}`);
  const list = await response.json();
  if (String(list.user) !== user) return; // somebody else signed in meanwhile
  const kept = { ...list, user, at: Date.now(), ahead: Date.now() - Date.parse(list.now) };
  await put("lists", { ...kept, complete: false }); // of use at once; complete when all it names is here
  const wanted = await listWanted(user, list.sheets);
  let done = 0;
  for (const bring of wanted.values()) {
    advance(done, wanted.size);
    await bring();
    done += 1;
  }
  advance(done, wanted.size);
  await put("lists", { ...kept, complete: true });
  await forgetUnused(user, list.sheets);
}

async function listWanted(user, sheets) {
  const wanted = new Map();
  const forms = new Set(await keysOf("forms", user));
  const files = new Map((await listOf("files", user)).map(({ key, hash }) => [key, hash]));
  const file = (one) => {
    const key = fileKey(user, one.url);
    if (files.get(key) !== one.hash) wanted.set(key, () => getFile(user, one));
  };
  for (const sheet of sheets) {
    const key = formKey(user, sheet);
    if (!forms.has(key)) wanted.set(key, () => getForm(user, sheet));
    sheet.files.forEach(file);
    if (sheet.instance) file(sheet.instance);
  }
  return wanted;
}

/** Forms and files that neither the list nor anything unsent needs any more. A draft keeps its own version's. */
async function forgetUnused(user, sheets) {
  const unsent = (await listRecords(user)).filter(isUnsent).map((record) => record.sheet);
  const needed = [...sheets, ...unsent];
  const forms = new Set(needed.map((sheet) => formKey(user, sheet)));
  const files = new Set(needed.flatMap((sheet) => [...sheet.files, sheet.instance].filter(Boolean).map(({ url }) => fileKey(user, url))));
  for (const key of await keysOf("forms", user)) if (!forms.has(key)) await remove("forms", key);
  for (const key of await keysOf("files", user)) if (!files.has(key)) await remove("files", key);
}

/** On signing out: the list goes, and all but what unsent records need. */
export async function forgetList(user) {
  await remove("lists", user);
  await forgetUnused(user, []);
}
