// What the device itself keeps of a visit, one entry per question, so that two tabs never overwrite each other's.
// An entry is {answer, revision, base, sent, refused}; it stays until the visit is submitted.

const PREFIX = "visit:";

const address = (visit, question) => `${PREFIX}${visit}:${question}`;

const read = (key) => {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
};

/** Write under a key; false when the device has no room or forbids it. */
const write = (key, value) => {
  try {
    localStorage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
};

const keysOf = (prefix) => {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
  } catch {
    return [];
  }
};

/** Remember where the answers of a visit are sent and what it is called. */
export const introduce = (visit, save, name) => write(`${PREFIX}${visit}`, { save, name });

export const introduction = (visit) => read(`${PREFIX}${visit}`);

export const entry = (visit, question) => read(address(visit, question));

export const keep = (visit, question, value) => write(address(visit, question), value);

/** All entries of a visit as [question, entry]. */
export const entries = (visit) => {
  const prefix = address(visit, "");
  return keysOf(prefix)
    .map((key) => [key.slice(prefix.length), read(key)])
    .filter(([, value]) => value);
};

export const unsent = (visit) => entries(visit).filter(([, value]) => !value.sent);

/** Forget a visit altogether. */
export const forget = (visit) => {
  for (const key of [`${PREFIX}${visit}`, ...keysOf(address(visit, ""))]) localStorage.removeItem(key);
};

/** The question that a storage key of the visit is about, or null. */
export const questionOf = (visit, key) => {
  const prefix = address(visit, "");
  return key && key.startsWith(prefix) ? key.slice(prefix.length) : null;
};
