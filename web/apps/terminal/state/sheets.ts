/** Which sheet a person has opened. Questions of the hub (unknown code, print job, approval) come by themselves. */
import { reactive } from "vue";

export type SheetName =
  | "parked"
  | "clear"
  | "drawer"
  | "x-report"
  | "close-shift"
  | "quantity"
  | "loose"
  | "display"
  | "menu"
  | "devices"
  | "gateways"
  | "recalls"
  | "incidents"
  | "labels"
  | "returns";

export const sheets = reactive({
  open: null as SheetName | null,
  /** The receipt that was scanned, until the return page has looked it up, or somebody was told that it must wait. */
  receipt: null as string | null,
});

export const openSheet = (name: SheetName): void => void (sheets.open = name);
export const closeSheet = (): void => void (sheets.open = null);
