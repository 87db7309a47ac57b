/**
 * A keyboard-wedge scanner types like a very fast person and ends with Enter or Tab. `WedgeDecoder` tells the two
 * apart by the time between keys; it has no clock of its own, so tests feed it times. `listenForScans` puts it in
 * the capture phase, before any field sees the key.
 */

export interface WedgeOptions {
  /** Longest pause between two keys of one scan; scanners differ, so it is a setting. */
  interKeyMs: number;
  /** Shorter runs are a person's typing. */
  minLength: number;
  /** Longer runs are rubbish and are dropped whole. */
  maxLength: number;
}

export const WEDGE_DEFAULTS: WedgeOptions = { interKeyMs: 60, minLength: 4, maxLength: 200 };

/** A fast run this soon after another key may be the rest of a scan that stuttered: its code cannot be trusted. */
const STUTTER = 4;

export type WedgeVerdict =
  /** Not a character, or a suffix that ends nothing: let it through. */
  | { kind: "pass" }
  /** A character after a pause: a person's, or the first of a scan. */
  | { kind: "first" }
  /** The second and later keys of a fast run: keep them from every field. */
  | { kind: "hold" }
  | { kind: "scan"; text: string }
  /** The end of a scan whose beginning went astray: half a code might be another item's whole one. */
  | { kind: "broken" }
  | { kind: "overflow" };

export class WedgeDecoder {
  private buffer = "";
  private lastMs = Number.NEGATIVE_INFINITY;
  private isTail = false;

  constructor(private readonly options: WedgeOptions = WEDGE_DEFAULTS) {}

  /** The run so far. */
  get pending(): string {
    return this.buffer;
  }

  key(key: string, atMs: number): WedgeVerdict {
    const gapMs = atMs - this.lastMs;
    const fast = gapMs <= this.options.interKeyMs;
    if (key === "Enter" || key === "Tab") return this.suffix(fast);
    if (key.length !== 1) return { kind: "pass" };
    this.lastMs = atMs;
    if (!fast || !this.buffer) {
      this.buffer = key;
      this.isTail = gapMs <= this.options.interKeyMs * STUTTER;
      return { kind: "first" };
    }
    if (this.buffer.length <= this.options.maxLength) this.buffer += key;
    return { kind: "hold" };
  }

  reset(): void {
    this.buffer = "";
  }

  private suffix(fast: boolean): WedgeVerdict {
    const text = this.buffer;
    this.buffer = "";
    this.lastMs = Number.NEGATIVE_INFINITY;
    if (!fast || text.length < this.options.minLength) return { kind: "pass" };
    if (this.isTail) return { kind: "broken" };
    return text.length > this.options.maxLength ? { kind: "overflow" } : { kind: "scan", text };
  }
}

const GAP_SETTING = "dianshu.scanner-gap-ms";

/** This till's own scanner may be slower than most: its inter-key time is a setting of the browser. */
export function wedgeOptions(): WedgeOptions {
  const gapMs = Number(localStorage.getItem(GAP_SETTING));
  return gapMs >= 10 && gapMs <= 500 ? { ...WEDGE_DEFAULTS, interKeyMs: gapMs } : WEDGE_DEFAULTS;
}

const GS = "\u001d";

/** In the midst of a scan these keys are its group separator (FNC1), as scanners type it; else they are a person's. */
export function isSeparator(event: Pick<KeyboardEvent, "key" | "ctrlKey">): boolean {
  return event.key === GS || event.key === "F8" || (event.ctrlKey && event.key === "]");
}

type EditableField = HTMLInputElement | HTMLTextAreaElement;

function editable(target: EventTarget | null): EditableField | null {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement ? target : null;
}

function put(field: EditableField, value: string): void {
  field.value = value;
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
}

export interface WedgeHandlers {
  scan(text: string): void;
  /** A scan that cannot be used: only a part of it came, or far too much. */
  unusable(): void;
  /** Characters a person typed while no field had the focus. */
  typed(text: string): void;
}

/** Listens on the whole window; returns the function that stops. */
export function listenForScans(handlers: WedgeHandlers, options: WedgeOptions = WEDGE_DEFAULTS): () => void {
  const decoder = new WedgeDecoder(options);
  let field: EditableField | null = null;
  let fieldBefore = "";
  let timer = 0;

  // The run was a person after all. A field already has its first character; outside a field we hold them all.
  function giveBack(): void {
    const text = field ? decoder.pending.slice(1) : decoder.pending;
    decoder.reset();
    if (!text) return;
    if (field) put(field, field.value + text);
    else handlers.typed(text);
  }

  function swallow(event: KeyboardEvent): void {
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  function waitForMore(): void {
    clearTimeout(timer);
    timer = window.setTimeout(giveBack, options.interKeyMs + 5);
  }

  function onFirst(event: KeyboardEvent): void {
    field = editable(event.target);
    if (field) fieldBefore = field.value;
    else if (event.key === " ") decoder.reset();
    else {
      swallow(event);
      waitForMore();
    }
  }

  function onKey(event: KeyboardEvent): void {
    const held = decoder.pending;
    const key = held && isSeparator(event) ? GS : event.key;
    if (key !== GS && (event.ctrlKey || event.altKey || event.metaKey || event.isComposing)) return;
    const verdict = decoder.key(key, event.timeStamp);
    if (verdict.kind === "first") {
      if (held && !field) handlers.typed(held);
      onFirst(event);
    } else if (verdict.kind === "hold") {
      swallow(event);
      waitForMore();
    } else if (verdict.kind === "pass") {
      if (held && !field && !decoder.pending) handlers.typed(held);
    } else {
      clearTimeout(timer);
      swallow(event);
      if (field) put(field, fieldBefore);
      if (verdict.kind === "scan") handlers.scan(verdict.text);
      else handlers.unusable();
    }
  }

  window.addEventListener("keydown", onKey, { capture: true });
  return () => {
    clearTimeout(timer);
    window.removeEventListener("keydown", onKey, { capture: true });
  };
}
