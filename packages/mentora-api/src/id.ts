/** An id for one message. `crypto.randomUUID` would do, but browsers keep it from pages that came by plain HTTP. */
export function messageId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
