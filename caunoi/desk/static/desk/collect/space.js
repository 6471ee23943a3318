/* How much room is left. Browsers give a site a share of the free disk, and may clear it unless asked not to. */

const NEARLY_FULL = 0.8;
const LITTLE = 20 * 2 ** 20; // a handful of photos

export const megabytes = (bytes) => Math.round(bytes / 2 ** 20);

/** {usage, quota, free} in bytes, or null where the browser doesn't say. */
export async function measure() {
  const { usage = 0, quota = 0 } = (await navigator.storage?.estimate?.().catch(() => null)) ?? {};
  return quota ? { usage, quota, free: Math.max(quota - usage, 0) } : null;
}

/** Megabytes left, if there are few; else null. */
export async function nearlyFull() {
  const space = await measure();
  return space && (space.usage > space.quota * NEARLY_FULL || space.free < LITTLE) ? megabytes(space.free) : null;
}

/** Asks the browser to clear this site last. Some ask the person, so only once there is something to lose. */
export const keepForGood = () => navigator.storage?.persist?.().catch(() => false);
