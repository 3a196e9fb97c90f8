// Sends what the device keeps to the server. Sending twice does no harm: the server knows answers by their revision.

import * as device from "./device.js";

const PATIENCE = 15000;
const LARGEST_KEPT_ALIVE = 50000;

/**
 * Send every answer of the visit that the server does not have.
 * Returns {state, message, results}; state is "sent", "offline", "sign-in" or "refused".
 */
export const send = async (visit, token) => {
  const waiting = device.unsent(visit).filter(([, entry]) => !entry.refused);
  if (!waiting.length) return { state: "sent", results: [] };
  const known = device.introduction(visit);
  if (!known) return { state: "refused", results: [], message: "Open the visit once to send its answers." };
  const answer = await post(known.save, token, waiting);
  if (answer.state === "sent") {
    const sent = new Map(waiting);
    answer.results = answer.results.map((result) => settle(visit, result, sent.get(result.question)));
  }
  return answer;
};

const post = async (url, token, waiting) => {
  const answers = waiting.map(([question, { answer, revision, base }]) => ({ question, answer, revision, base: base ?? revision - 1 }));
  const body = JSON.stringify({ answers });
  let response;
  try {
    response = await fetch(url, {
      method: "POST",
      body,
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      redirect: "manual",
      keepalive: body.length < LARGEST_KEPT_ALIVE,
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch {
    return { state: "offline", results: [] };
  }
  if (response.ok) {
    const said = await response.json().catch(() => null);
    return said ? { state: "sent", results: said.results, savedAt: said.saved_at } : { state: "offline", results: [] };
  }
  if (response.status >= 500 || response.status === 429) return { state: "offline", results: [] };
  const said = response.status === 401 ? null : await response.json().catch(() => null);
  if (said) return { state: "refused", results: [], message: said.message };
  // Signed out: refused or led to the sign-in page. A page in place of JSON means that the token is too old.
  return { state: "sign-in", results: [] };
};

/** Put down what the server said about one answer, unless the person has changed it since it was sent. */
const settle = (visit, result, sent) => {
  const now = device.entry(visit, result.question);
  const untouched = !now || now.revision === sent.revision;
  if (result.outcome === "refused") {
    if (untouched) device.keep(visit, result.question, { ...sent, refused: result.message });
  } else if (untouched) {
    device.keep(visit, result.question, { answer: result.answer, revision: result.revision, sent: true });
  } else if (now.revision <= result.revision) {
    device.keep(visit, result.question, { ...now, revision: result.revision + 1, base: result.revision });
  }
  return { ...result, untouched, entered: sent.answer };
};
