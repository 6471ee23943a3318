/* crypto.randomUUID, which web-forms needs too, is withheld from plain http; an office network often has no more. */
crypto.randomUUID ??= () =>
  "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) =>
    (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16),
  );
