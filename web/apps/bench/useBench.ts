import { useT as useAnyT } from "@kit/i18n";
import type { zh } from "./texts/zh";

export const useT = () => useAnyT<typeof zh>();

export function useNames() {
  const { language } = useT();
  return (thing: { readonly name: string; readonly name_en: string }): string =>
    language.value === "en" && thing.name_en ? thing.name_en : thing.name;
}
