/* Only in the service worker, where it is a module: sends what waits when the line is back and no page is open. */
import "./randomness.js";
import { sendWaiting } from "./queue.js";
import { currentUser } from "./user.js";

addEventListener("sync", (event) => {
  if (event.tag === "caunoi-send") event.waitUntil(send());
});

async function send() {
  const user = await currentUser();
  const halted = user && (await sendWaiting(user.id, { wait: true }));
  // Without a connection the browser tries again later by itself; for the others somebody has to open a page.
  if (halted?.why === "offline") throw halted;
}
