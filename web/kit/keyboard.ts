/**
 * Fixed keys. A screen or dialog puts its key table on the page while it shows; only the newest table is asked, so a
 * dialog's keys never reach the screen beneath it. Characters typed while no field has the focus go the same way.
 */

export interface KeyTable {
  readonly keys?: Readonly<Record<string, () => void>>;
  /** Characters typed outside any field (the scan wedge hands them on). */
  readonly typed?: (text: string) => void;
  /** What this table has no use for goes to the one beneath. */
  readonly through?: boolean;
}

const tables: (() => KeyTable)[] = [];

function lookUp<T>(pick: (table: KeyTable) => T | undefined): T | undefined {
  for (let at = tables.length - 1; at >= 0; at--) {
    const table = tables[at]!();
    const found = pick(table);
    if (found !== undefined || !table.through) return found;
  }
  return undefined;
}

function isField(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, select") !== null;
}

function belongsToControl(event: KeyboardEvent): boolean {
  if (/^(F\d+|Escape)$/.test(event.key)) return false;
  if (isField(event.target)) return true;
  const onButton = event.target instanceof Element && event.target.closest("button, a, summary") !== null;
  return onButton && event.key === "Enter";
}

function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  const action = lookUp((table) => table.keys?.[event.key]);
  if (!action || belongsToControl(event)) return;
  event.preventDefault();
  if (!event.repeat) action();
}

/** A held Enter must not open the payment and pay it as well. */
function stopRepeatedEnter(event: KeyboardEvent): void {
  if (event.key !== "Enter" || !event.repeat) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}

/** A touched button does not take the focus: the next Enter belongs to the screen, not to the last thing touched. */
function keepFocus(event: MouseEvent): void {
  if (event.target instanceof Element && event.target.closest("button") && !event.target.closest("[data-takes-focus]"))
    event.preventDefault();
}

export function installKeyboard(): void {
  window.addEventListener("keydown", stopRepeatedEnter, { capture: true });
  window.addEventListener("keydown", onKey);
  window.addEventListener("mousedown", keepFocus);
}

/** Puts a key table on top; returns the function that takes it away. */
export function pushKeys(table: () => KeyTable): () => void {
  tables.push(table);
  return () => {
    const at = tables.indexOf(table);
    if (at >= 0) tables.splice(at, 1);
  };
}

export function typeCharacters(text: string): void {
  lookUp((table) => table.typed)?.(text);
}
