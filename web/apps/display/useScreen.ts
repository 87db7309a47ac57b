import { useT as useAnyT } from "@kit/i18n";
import type { zh } from "./texts/zh";

export const useT = () => useAnyT<typeof zh>();

export function useNames() {
  const { language } = useT();
  return (name: string, name_en: string): string => (language.value === "en" && name_en ? name_en : name);
}

export function useUnit() {
  const { find } = useT();
  return (unit: string): string => find(`unit.${unit}`) ?? unit;
}
