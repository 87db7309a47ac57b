/**
 * A UUID of version 7 as 32 hex digits: it begins with the time, so that the hub's indexes grow at their ends.
 * Made by hand because `crypto.randomUUID` is missing on plain http, and a store's hub may be reached that way.
 */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(10));
  bytes[0] = (bytes[0]! & 0x0f) | 0x70;
  bytes[2] = (bytes[2]! & 0x3f) | 0x80;
  const chance = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return Date.now().toString(16).padStart(12, "0") + chance;
}
