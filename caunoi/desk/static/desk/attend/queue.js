/* Turns that wait to be counted: (door, random number), nothing else. Used by the page and by its service worker.
 *
 * A number stays until the server has counted it, once however often it comes, or until the page has told why it was
 * refused (`refused`: the server's sentence).
 */
const STORE = "turns";
const AT_ONCE = 100;

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("caunoi-attend", 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "nonce" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function transact(mode, work) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const request = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request?.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

/** crypto.randomUUID is withheld from plain http; an office network often has no more. */
function makeNonce() {
  return "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) =>
    (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16),
  );
}

export const keepTurn = (door) => transact("readwrite", (store) => store.add({ door, nonce: makeNonce() }));
export const listTurns = () => transact("readonly", (store) => store.getAll());

export const forget = (turns) => transact("readwrite", (store) => {
  for (const { nonce } of turns) store.delete(nonce);
});

const refuse = (turns, refused) => transact("readwrite", (store) => {
  for (const turn of turns) store.put({ ...turn, refused });
});

/** Sends what waits, by door; throws while there is no connection. */
export async function sendAll() {
  const doors = new Map();
  for (const turn of await listTurns()) {
    if (!turn.refused) doors.set(turn.door, [...(doors.get(turn.door) ?? []), turn]);
  }
  for (const [door, waiting] of doors) {
    for (let start = 0; start < waiting.length; start += AT_ONCE) {
      const turns = waiting.slice(start, start + AT_ONCE);
      const answer = await fetch(`/attend/${door}/turns/`, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json" },
        credentials: "omit",
        body: JSON.stringify({ turns: turns.map(({ nonce }) => nonce) }),
      });
      if (answer.ok) await forget(turns);
      else if (answer.status === 429 || answer.status >= 500) throw new TypeError(`${answer.status}`);
      else await refuse(turns, (await answer.json()).message);
    }
  }
}
