import { onBeforeUnmount, ref } from "vue";
import { useT as useAnyT } from "@kit/i18n";
import { feed } from "./feed";
import type { zh } from "./texts/zh";

export const useT = () => useAnyT<typeof zh>();

export function useAge() {
  const { t } = useT();
  return (ageS: number): string => {
    if (ageS < 90) return t("age.s", { n: Math.max(0, ageS) });
    if (ageS < 5400) return t("age.m", { n: Math.floor(ageS / 60) });
    if (ageS < 172_800) return t("age.h", { n: Math.floor(ageS / 3600) });
    return t("age.d", { n: Math.floor(ageS / 86_400) });
  };
}

/** The server's time, once a second. */
export function useNow() {
  const nowMs = ref(Date.now() + feed.clockAheadMs);
  const timer = setInterval(() => (nowMs.value = Date.now() + feed.clockAheadMs), 1000);
  onBeforeUnmount(() => clearInterval(timer));
  return nowMs;
}

/** Times are the store's wall clock, wherever the reader sits. */
export const clockOf = (atMs: number, seconds = false): string =>
  new Intl.DateTimeFormat("zh-CN", {
    timeZone: "Asia/Shanghai",
    hour: "2-digit",
    minute: "2-digit",
    ...(seconds ? { second: "2-digit" } : {}),
    hour12: false,
  }).format(atMs);
