/* The database in the browser. Used by pages and by the service worker.
 *
 *   records   what somebody wrote: drafts, waiting, refused, sent       records.js
 *   lists     user -> what was due when the list was last fetched       sheets.js
 *   forms     XForms, by user, form and version                         sheets.js
 *   files     lists and pictures of forms, submissions to correct       sheets.js
 *   settings  "user" -> who uses this browser now                       user.js
 *
 * Every row but `settings` belongs to one user. It isn't encrypted: who can open this browser's profile can read it.
 */
const STORES = { records: "id", lists: "user", forms: "key", files: "key", settings: "name" };

let opened;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("caunoi-collect", 1);
    request.onupgradeneeded = () => {
      for (const [name, keyPath] of Object.entries(STORES)) {
        const store = request.result.createObjectStore(name, { keyPath });
        if (name !== "settings" && name !== "lists") store.createIndex("user", "user");
      }
    };
    request.onsuccess = () => {
      // A later version of these scripts, in another tab, must not wait for this one.
      request.result.onversionchange = () => request.result.close();
      request.result.onclose = () => (opened = undefined);
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  });
  opened.catch(() => (opened = undefined));
  return opened;
}

/** Runs `action(objectStore)` in one transaction; gives its request's result once it is committed. */
export async function run(name, mode, action, durability = "default") {
  const transaction = (await open()).transaction(name, mode, { durability });
  let request;
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onabort = transaction.onerror = () => reject(transaction.error ?? request?.error);
    request = action(transaction.objectStore(name));
  });
}

export const get = (name, key) => run(name, "readonly", (store) => store.get(key));
export const put = (name, value, durability) => run(name, "readwrite", (store) => store.put(value), durability);
export const remove = (name, key) => run(name, "readwrite", (store) => store.delete(key));
export const listOf = (name, user) => run(name, "readonly", (store) => store.index("user").getAll(user));
export const keysOf = (name, user) => run(name, "readonly", (store) => store.index("user").getAllKeys(user));

/** Reads, changes and writes one row in one transaction. `change(row)` gives the new row, or nothing to leave it. */
export async function update(name, key, change, durability = "strict") {
  let written;
  await run(name, "readwrite", (store) => {
    const reading = store.get(key);
    reading.onsuccess = () => {
      written = change(reading.result);
      if (written) store.put(written);
    };
    return reading;
  }, durability);
  return written;
}

export const isFull = (error) => error?.name === "QuotaExceededError" || error?.inner?.name === "QuotaExceededError";
