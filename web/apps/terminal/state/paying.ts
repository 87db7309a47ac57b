/** Card and code payments of the basket, as the hub tells of them: what is left to pay, what is under way. */
import { computed, reactive } from "vue";
import { newId } from "@kit/ids";
import { command, type Attempt, type OrderPlaced } from "./hub";
import { tellWhy } from "./notices";
import { session } from "./session";
import { till } from "./till";

export type Electronic = "card" | "code";
const FAMILY = "payment_terminal";
const ENDED = ["refused", "reversed"];

/** The payment terminals of this till. */
export const myTerminals = computed(() =>
  till.devices.filter((device) => device.kind === FAMILY && device.terminal_id === session.terminalId),
);

/** The same, by what they take. */
const terminals = computed(() => {
  const taking = (tender: Electronic) => myTerminals.value.filter((device) => device.ability === tender);
  return { card: taking("card"), code: taking("code") };
});

const mine = computed(() => till.paying.attempts.filter((one) => one.order_id === till.basket?.order_id && one.act === "sale"));
const held = computed(() => mine.value.filter((one) => one.holds && one.is_open));

/** The parts that are paid; they stay with the basket until it is an order, or are given back. */
export const parts = computed(() => held.value.filter((one) => one.state === "approved"));
export const dueFen = computed(
  () => (till.basket?.total_fen ?? 0) - parts.value.reduce((sum, one) => sum + one.amount_fen, 0),
);
/** The one whose end the basket waits for. */
export const current = computed(() => held.value.find((one) => one.state !== "approved") ?? null);
/** The newest one that came to nothing, to be told until the next is tried. */
export const failed = computed(() => {
  const last = mine.value.at(-1);
  return last && ENDED.includes(last.state) ? last : null;
});
/** Payments that no basket here waits for any more, and whose end is not known. */
export const loose = computed(() => [
  ...till.paying.loose,
  ...mine.value.filter((one) => one.is_open && !one.holds),
]);

export const asking = reactive({ busy: false, settling: null as Attempt | null });

export function offers(tender: Electronic): "none" | "away" | "ready" {
  const found = terminals.value[tender];
  if (found.length === 0) return "none";
  return found.some((device) => device.state === "enabled") ? "ready" : "away";
}

let underway: Promise<unknown> = Promise.resolve();

/** Runs one act at a time, and drops one that comes meanwhile: a second touch of the same key. A refusal is told. */
function once<T>(run: () => Promise<T>): Promise<T | null> {
  if (asking.busy) return Promise.resolve(null);
  asking.busy = true;
  const act = run()
    .catch((error: unknown) => {
      tellWhy(error);
      return null;
    })
    .finally(() => {
      asking.busy = false;
    });
  underway = act;
  return act;
}

/** Runs an act after the one under way: its frame may be here before its answer, and a code is scanned only once. */
async function next<T>(run: () => Promise<T>): Promise<T | null> {
  await underway;
  return once(run);
}

export function startPayment(tender: Electronic, amountFen: number): Promise<unknown> {
  const order_id = till.basket!.order_id;
  const body = { order_id, attempt_id: newId(), tender, due_fen: dueFen.value, amount_fen: amountFen };
  return once(() => command("StartPayment", body));
}

/** True when a scan belongs to the payment that waits for the customer's code. */
export function takesCode(code: string): boolean {
  const waiting = current.value;
  if (waiting?.state !== "awaiting_code") return false;
  void next(() => command("PresentCode", { attempt_id: waiting.attempt_id, pay_code: code }));
  return true;
}

export const cancel = (one: Attempt) => next(() => command("CancelAttempt", { attempt_id: one.attempt_id }));
export const release = (one: Attempt) => once(() => command("ReleaseAttempt", { attempt_id: one.attempt_id }));
export const askAgain = (one: Attempt) => once(() => command("AskAgain", { attempt_id: one.attempt_id }));
export const finishSale = (): Promise<OrderPlaced | null> =>
  once(() => command("FinishSale", { order_id: till.basket!.order_id }));
