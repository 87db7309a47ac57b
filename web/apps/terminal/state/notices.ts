/** What the page must tell or ask the person: short notices that pass, and questions that wait their turn. */
import { reactive } from "vue";
import type { Item, Scanned } from "./hub";
import { NoAnswer, Refused } from "@kit/http";
import { play } from "@kit/sounds";

export interface Toast {
  id: number;
  tone: "bad" | "good";
  /** A text of ours by key, or the hub's own words, already in the reader's language. */
  key?: string;
  text?: string;
  facts?: Record<string, string | number>;
}

/** The scan that asks for a weight: it goes with the weight, for what it says of these very goods. */
export type ScannedGoods = Pick<Scanned, "code" | "symbology" | "batch" | "expires_on" | "serial">;

export type Question =
  | { kind: "unknown_code"; code: string }
  | { kind: "needs_weight"; code: string; item_id: string; item: Item | null; scanned: ScannedGoods | null }
  | { kind: "stopped"; code: string };

/** Goods that must not leave the shop: a person has to see why, a notice that passes is not enough. */
const STOPS = new Set(["catalogue.goods_expired", "catalogue.goods_recalled", "catalogue.batch_recalled"]);

const SHOWN_MS = 6000;
const MOST_TOASTS = 3;
const MOST_QUESTIONS = 50;

export const notices = reactive({ toasts: [] as Toast[], questions: [] as Question[] });
let nextId = 1;

export function tell(toast: Omit<Toast, "id">): void {
  const id = nextId++;
  notices.toasts.push({ ...toast, id });
  if (notices.toasts.length > MOST_TOASTS) notices.toasts.shift();
  if (toast.tone === "bad") play("refused");
  setTimeout(() => dismiss(id), SHOWN_MS);
}

export function dismiss(id: number): void {
  const at = notices.toasts.findIndex((toast) => toast.id === id);
  if (at >= 0) notices.toasts.splice(at, 1);
}

export function ask(question: Question): void {
  play("attention");
  const asked = notices.questions.some((other) => other.kind === question.kind && other.code === question.code);
  if (!asked && notices.questions.length < MOST_QUESTIONS) notices.questions.push(question);
}

export function answered(): void {
  notices.questions.shift();
}

/** A refusal in the hub's own words; one that stops the goods waits until it was seen. */
export function tellRefusal(code: string, text: string): void {
  if (STOPS.has(code)) ask({ kind: "stopped", code: text });
  else tell({ tone: "bad", text });
}

/** Says why something did not work; anything that is neither a refusal nor silence is a fault of ours and is thrown on. */
export function tellWhy(error: unknown): void {
  if (error instanceof NoAnswer) tell({ tone: "bad", key: "refused.noAnswer" });
  else if (error instanceof Refused) {
    const { text, code } = error.problem;
    if (text) tellRefusal(code, text);
    else tell({ tone: "bad", key: "refused.failed", facts: { code } });
  } else throw error;
}

/** Runs an act, and says why if it did not work. True once it is done. */
export async function attempt(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    tellWhy(error);
    return false;
  }
}
