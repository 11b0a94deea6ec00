// Messages as text frames: section 3 of PROTOCOL.md. Their types are in ../schema/messages.d.ts.

/**
 * The message that a text frame holds; unknown fields stay in it, and it is for the caller to pass over a type that it
 * doesn't know.
 *
 * @throws {SyntaxError} it is no JSON
 * @throws {RangeError} it is no message
 */
export function messageFrom(text) {
  const message = JSON.parse(text);
  const isObject = typeof message === "object" && message !== null && !Array.isArray(message);
  if (!isObject || typeof message.type !== "string") throw new RangeError("a message is an object with a type");
  if (!Number.isSafeInteger(message.seq) || message.seq < 1) throw new RangeError("a message has a seq of 1 or more");
  return message;
}
