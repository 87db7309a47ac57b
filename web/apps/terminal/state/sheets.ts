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
  | "labels";

export const sheets = reactive({ open: null as SheetName | null });

export const openSheet = (name: SheetName): void => void (sheets.open = name);
export const closeSheet = (): void => void (sheets.open = null);
