/** The till's scale: what lies on it, in words, and its keys. */
import { computed } from "vue";
import { command, type ScaleKey, type Weight } from "./hub";
import { attempt } from "./notices";
import { session } from "./session";
import { till } from "./till";

export type PanState = "tared" | "away" | "moving" | "ready" | "empty" | "sold" | "over" | "under" | "unit";

const STATES: Readonly<Record<string, PanState>> = {
  "": "ready",
  "devices.weight_unsettled": "moving",
  "devices.weight_empty": "empty",
  "devices.weight_sold": "sold",
  "devices.weight_over": "over",
  "devices.weight_under": "under",
  "devices.weight_unit": "unit",
};

const bound = computed(() =>
  till.devices.filter((device) => device.kind === "scale" && device.terminal_id === session.terminalId),
);

/** Whether this till has a scale, and whether one of them works. */
export const scale = {
  isBound: computed(() => bound.value.length > 0),
  works: computed(() => bound.value.some((device) => device.state === "enabled")),
  state: computed<PanState>(() => {
    const state = till.weight ? (STATES[till.weight.reason] ?? "away") : "away";
    // An empty pan is below zero by a container that is not on it yet.
    return till.weight?.is_preset && (state === "empty" || state === "under") ? "tared" : state;
  }),
  /** The tare that the scale was told, 0 without one. */
  presetG: computed(() => (till.weight?.is_preset ? (till.weight.tare_g ?? 0) : 0)),
};

/** 1250 → "1.250": a scale always shows its grams. */
export function formatGrams(grams: number): string {
  const digits = String(Math.abs(grams)).padStart(4, "0");
  return `${grams < 0 ? "−" : ""}${digits.slice(0, -3)}.${digits.slice(-3)}`;
}

/** What the scale shows; nothing where it says no weight, which is never 0. */
export function shownWeight(weight: Weight | null): string {
  const says = weight && weight.grams !== null && weight.reason !== "devices.weight_stale";
  return says ? formatGrams(weight.grams!) : "–.–––";
}

export const press = (key: ScaleKey): Promise<boolean> =>
  attempt(() => command("PressScaleKey", { terminal_id: session.terminalId ?? "", key }));

let told: Promise<unknown> = Promise.resolve();
/** What the scale was told last: what it shows may still be of before. */
let toldG: number | null = null;

/**
 * Goods in a container of so many grams come next; 0 if in none. What the scale was told so far is forgotten.
 * One after another; false if it was not taken.
 */
export function presetTare(tareG: number): Promise<boolean> {
  const isTaken = told.then(() => {
    const isTold = toldG === null || toldG === tareG;
    if (isTold && tareG === scale.presetG.value) return true;
    toldG = tareG;
    if (!tareG) return press("clear_tare");
    return attempt(() => command("PresetTare", { terminal_id: session.terminalId ?? "", tare_g: tareG }));
  });
  told = isTaken.catch(() => false);
  return isTaken;
}
