/** What a hand has laid on the scales of this page, and the carrying of it there. */
import { reactive } from "vue";
import { bench, setWeight, type Good } from "./bench";

const BOX_G = 40;
const CRATE_G = 20_000;
const SPREAD = 0.3;
const MOST_THINGS = 40;
const DRIFT_G_PER_MIN = 300;
const FAR_PX = 8;

export interface Thing {
  id: number;
  name: string;
  name_en: string;
  category: string;
  grams: number;
}

interface Load {
  things: Thing[];
  box: boolean;
  crate: boolean;
  drifts: boolean;
  shaken: boolean;
}

const loads = reactive<Record<string, Load>>({});
let nextThing = 1;

export function loadOf(scaleId: string): Load {
  return (loads[scaleId] ??= { things: [], box: false, crate: false, drifts: false, shaken: false });
}

function tell(scaleId: string): void {
  const load = loadOf(scaleId);
  const things_g = load.things.reduce((sum, thing) => sum + thing.grams, 0);
  void setWeight(scaleId, {
    load_g: things_g + (load.box ? BOX_G : 0) + (load.crate ? CRATE_G : 0),
    drift_g_per_min: load.drifts ? DRIFT_G_PER_MIN : 0,
    shaken: load.shaken,
  });
}

/** One of a kind, never quite as heavy as the last. */
export function lay(scaleId: string, good: Good): void {
  const load = loadOf(scaleId);
  if (load.things.length >= MOST_THINGS) return;
  const grams = Math.round(good.each_g! * (1 - SPREAD / 2 + Math.random() * SPREAD));
  load.things.push({ id: nextThing++, name: good.name, name_en: good.name_en, category: good.category, grams });
  tell(scaleId);
}

export function lift(scaleId: string, thing: Thing): void {
  const load = loadOf(scaleId);
  load.things = load.things.filter((other) => other.id !== thing.id);
  tell(scaleId);
}

export function toggle(scaleId: string, what: "box" | "crate" | "drifts" | "shaken"): void {
  const load = loadOf(scaleId);
  load[what] = !load[what];
  tell(scaleId);
}

export function clearPan(scaleId: string): void {
  Object.assign(loadOf(scaleId), { things: [], box: false, crate: false });
  tell(scaleId);
}

/** What is being carried, and where the finger is. */
export const hand = reactive({ good: null as Good | null, x: 0, y: 0, over: null as string | null });

const scaleUnder = (x: number, y: number): string | null =>
  document.elementFromPoint(x, y)?.closest<HTMLElement>("[data-scale]")?.dataset.scale ?? null;

/** Follows the pointer from a shelf to a pan. A touch that goes nowhere is a click, and the browser's own. */
export function carry(good: Good, start: PointerEvent): void {
  const leave = new AbortController();
  const on = (name: "pointermove" | "pointerup" | "pointercancel", run: (event: PointerEvent) => void): void =>
    window.addEventListener(name, (event) => event.pointerId === start.pointerId && run(event), { signal: leave.signal });
  const end = (): void => {
    leave.abort();
    Object.assign(hand, { good: null, over: null });
  };
  on("pointermove", (event) => {
    if (!hand.good && Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) < FAR_PX) return;
    Object.assign(hand, { good, x: event.clientX, y: event.clientY, over: scaleUnder(event.clientX, event.clientY) });
  });
  on("pointerup", () => {
    if (hand.good && hand.over) lay(hand.over, good);
    end();
  });
  on("pointercancel", end);
}

/** A touch or Enter lays it on the first scale that is plugged in. */
export function layOnFirst(good: Good): void {
  const scale = bench.devices.find((device) => device.scale && device.plugged);
  if (scale) lay(scale.device_id, good);
}
