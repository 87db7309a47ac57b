/** What these sheets share: lists asked of the hub when they open, and acts whose refusals are told. */
import { onMounted, ref, type Ref } from "vue";
import { useT as useAnyT } from "@kit/i18n";
import { tellWhy } from "../state/notices";
import { session } from "../state/session";

export const may = (permission: string): boolean => session.who?.permissions.includes(permission) ?? false;

/** A list, null until it has come; `load` asks again. */
export function useList<T>(ask: () => Promise<T[]>): { list: Ref<T[] | null>; load: () => Promise<void> } {
  const list = ref(null) as Ref<T[] | null>;
  const load = async (): Promise<void> => {
    try {
      list.value = await ask();
    } catch (error) {
      tellWhy(error);
    }
  };
  onMounted(load);
  return { list, load };
}

/** Runs an act once at a time; a refusal is told. True once it is done. */
export function useAct(): { busy: Ref<boolean>; act: (run: () => Promise<unknown>) => Promise<boolean> } {
  const busy = ref(false);
  const act = async (run: () => Promise<unknown>): Promise<boolean> => {
    if (busy.value) return false;
    busy.value = true;
    try {
      await run();
      return true;
    } catch (error) {
      tellWhy(error);
      return false;
    } finally {
      busy.value = false;
    }
  };
  return { busy, act };
}

export function useWhen(): (ms: number) => string {
  const { language } = useAnyT();
  const shape = { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false } as const;
  return (ms) => new Intl.DateTimeFormat(language.value, shape).format(ms);
}
