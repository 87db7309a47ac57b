/** The till's translator, and the few things its screens say in the reader's language. */
import { useT as useAnyT } from "@kit/i18n";
import type { zh } from "./texts/zh";

export const useT = () => useAnyT<typeof zh>();

interface Named {
  readonly name: string;
  readonly name_en: string;
}

export function useNames() {
  const { language } = useT();
  return (thing: Named): string => (language.value === "en" && thing.name_en ? thing.name_en : thing.name);
}

export function useAge() {
  const { t } = useT();
  return (ageS: number): string => {
    if (ageS < 100) return t("status.seconds", { n: ageS });
    if (ageS < 6000) return t("status.minutes", { n: Math.floor(ageS / 60) });
    return t("status.hours", { n: Math.floor(ageS / 3600) });
  };
}

/** Why an electronic payment stands where it does: our words for the reason, and the terminal's own. */
export function useReason() {
  const { find } = useT();
  return ({ reason, text }: { reason: string; text: string }): string =>
    [reason ? (find(`reason.${reason}`) ?? "") : "", text].filter(Boolean).join(" · ");
}

interface Piece {
  readonly batch?: string | null;
  readonly expires_on?: string | null;
  readonly serial?: string | null;
}

/** What the code of this very piece said. */
export function usePiece() {
  const { t } = useT();
  return ({ batch, expires_on, serial }: Piece): string => {
    const parts = [
      batch && t("piece.batch", { batch }),
      expires_on && t("piece.until", { date: expires_on }),
      serial && t("piece.serial", { serial }),
    ];
    return parts.filter(Boolean).join(" · ");
  };
}

export function useUnit() {
  const { find } = useT();
  return (unit: string): string => find(`unit.${unit}`) ?? unit;
}
