/* Who uses this browser. A page of somebody signed in says so in <body data-user>; without network the last one counts,
 * until they sign out. Their session may have ended meanwhile: then they can go on writing, and sending waits. */
import { get, put, remove } from "./store.js";

export async function currentUser() {
  const { user, userName } = globalThis.document?.body.dataset ?? {};
  if (user) return { id: user, name: userName };
  const kept = await get("settings", "user").catch(() => undefined);
  return kept ? { id: kept.id, name: kept.user_name } : null;
}

export const rememberUser = ({ id, name }) => put("settings", { name: "user", id, user_name: name });
export const forgetUser = () => remove("settings", "user");

// Signing out without network: the drafts close at once, the server's session ends with the next page it sends.
export const signOutLater = (id) => put("settings", { name: "sign-out", id });

export async function signOutIsDue(id) {
  const due = await get("settings", "sign-out").catch(() => undefined);
  if (due) await remove("settings", "sign-out");
  return due?.id === id;
}
