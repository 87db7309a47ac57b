/** Fixed keys. A key table is on the page only while its screen is; the newest table is asked first. */

export type KeyTable = Readonly<Record<string, () => void>>;

const tables: (() => KeyTable)[] = [];

function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
  const table = tables.at(-1)?.();
  const action = table?.[event.key];
  if (!action) return;
  // Enter and the arrows belong to a focused control first; F-keys and Escape are always ours.
  if (!/^(F\d+|Escape)$/.test(event.key) && isControl(event.target)) return;
  event.preventDefault();
  action();
}

function isControl(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, select, button, [role=listbox]") !== null;
}

/** Puts a key table on top; returns the function that takes it away. */
export function pushKeys(table: () => KeyTable): () => void {
  if (tables.length === 0) window.addEventListener("keydown", onKey);
  tables.push(table);
  return () => {
    tables.splice(tables.indexOf(table), 1);
    if (tables.length === 0) window.removeEventListener("keydown", onKey);
  };
}
