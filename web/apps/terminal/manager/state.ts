/** What these sheets share: lists asked of the hub when they open, and acts whose refusals are told. */
import { onMounted, ref, type Ref } from "vue";
import { useT as useAnyT } from "@kit/i18n";
import { attempt } from "../state/notices";

interface List<T> {
  /** Null until it has come. */
  list: Ref<T[] | null>;
  /** Asks again, and tells why if that did not work. */
  load: () => Promise<unknown>;
  /** Asks again by itself: not while an answer is out, and in silence, for the badge says that the hub is away. */
  look: () => Promise<void>;
}

export function useList<T>(ask: () => Promise<T[]>): List<T> {
  const list = ref(null) as Ref<T[] | null>;
  let out = 0;
  const take = async (): Promise<void> => {
    out++;
    try {
      list.value = await ask();
    } finally {
      out--;
    }
  };
  const load = (): Promise<unknown> => attempt(take);
  const look = async (): Promise<void> => {
    if (!out) await take().catch(() => {});
  };
  onMounted(load);
  return { list, load, look };
}

/** Runs an act once at a time; a refusal is told. True once it is done. */
export function useAct(): { busy: Ref<boolean>; act: (run: () => Promise<unknown>) => Promise<boolean> } {
  const busy = ref(false);
  const act = async (run: () => Promise<unknown>): Promise<boolean> => {
    if (busy.value) return false;
    busy.value = true;
    try {
      return await attempt(run);
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
