/** What a person does to the sale. Commands of one till go one after another, in the order they were given. */
import { reactive } from "vue";
import { NoAnswer, Refused, type Envelope } from "@kit/http";
import { newId } from "@kit/ids";
import { play } from "@kit/sounds";
import { command, envelope, http, type Approval, type Item, type OrderPlaced, type Scanned } from "./hub";
import { ask, tellWhy, type ScannedGoods } from "./notices";
import { dueFen, takesCode } from "./paying";
import { session } from "./session";
import { sheets } from "./sheets";
import { till } from "./till";

export const sale = reactive({
  /** The right-hand side: the goods, the payment, or the change of the sale just made. */
  stage: "goods" as "goods" | "pay" | "done",
  last: null as OrderPlaced | null,
  paying: false,
  /** A payment that got no answer: it is sent again as it is, never made anew. */
  unsure: null as Envelope | null,
  selectedLineId: null as string | null,
});

let queue: Promise<unknown> = Promise.resolve();

/** Runs after everything given before it; a refusal is told and ends only itself. */
function inOrder<T>(run: () => Promise<T>): Promise<T | null> {
  const result = queue.then(run).catch((error: unknown) => {
    tellWhy(error);
    return null;
  });
  queue = result;
  return result;
}

function hear(scanned: Scanned | null, code: string): void {
  if (scanned?.outcome === "unknown") ask({ kind: "unknown_code", code });
  else if (scanned?.outcome === "needs_weight")
    ask({ kind: "needs_weight", code, item_id: scanned.item_id ?? "", item: null, scanned });
  else if (scanned?.outcome === "receipt") sheets.receipt = code;
}

function backToGoods(): void {
  if (sale.stage === "done") sale.stage = "goods";
}

export async function scan(code: string): Promise<void> {
  if (takesCode(code)) return;
  const terminal_id = session.terminalId ?? "";
  hear(await inOrder(() => command("ScanCode", { terminal_id, code })), code);
}

/** A tile was touched: goods sold by weight are asked for first, the rest goes straight to the basket. */
export function pick(item: Item): void {
  if (item.sold_by === "weight") ask({ kind: "needs_weight", code: item.code, item_id: item.item_id, item, scanned: null });
  else void addItem(item.item_id);
}

export async function addItem(itemId: string, qtyMilli = 1000): Promise<void> {
  const terminal_id = session.terminalId ?? "";
  hear(await inOrder(() => command("AddItem", { terminal_id, item_id: itemId, qty_milli: qtyMilli })), itemId);
}

const named = (scanned: ScannedGoods | null) => ({
  code: scanned?.code ?? null,
  symbology: scanned?.symbology ?? null,
});

/** What lies on the scale, sold. True once it is on the basket. */
export async function weigh(itemId: string, scanned: ScannedGoods | null): Promise<boolean> {
  const body = { terminal_id: session.terminalId ?? "", item_id: itemId, ...named(scanned) };
  return (await inOrder(() => command("WeighItem", body))) !== null;
}

/** A weight typed by hand: beside a scale that works a manager must agree. True once it is on the basket. */
export function typeWeight(
  itemId: string,
  qtyMilli: number,
  scanned: ScannedGoods | null,
  act: string,
): Promise<boolean> {
  const body = { terminal_id: session.terminalId ?? "", item_id: itemId, qty_milli: qtyMilli, ...named(scanned) };
  return withApproval(act, (approval) => command("AddItem", { ...body, approval }));
}

/** True when the refusal asks for a second person. */
export function wantsApproval(error: unknown): boolean {
  return error instanceof Refused && error.problem.code === "audit.approval_needed";
}

type Approved = (approval: Approval | null) => Promise<unknown>;

/** Set by the approval sheet: asks a manager, and runs the act again with their consent. */
export const approvals = reactive({ wanted: null as { act: string; run: Approved; done: (ok: boolean) => void } | null });

/** Nobody comes to agree any more: the act is not done. */
export function dropApproval(): void {
  approvals.wanted?.done(false);
  approvals.wanted = null;
}

/** Runs an act; if the hub wants a manager for it, asks one. True once it is done. */
export async function withApproval(act: string, run: Approved): Promise<boolean> {
  try {
    await run(null);
    return true;
  } catch (error) {
    if (!wantsApproval(error)) {
      tellWhy(error);
      return false;
    }
  }
  dropApproval();
  return new Promise((done) => (approvals.wanted = { act, run, done }));
}

export function setQuantity(lineId: string, qtyMilli: number, act: string): Promise<boolean> {
  const order_id = till.basket!.order_id;
  return withApproval(act, (approval) => command("SetQuantity", { order_id, line_id: lineId, qty_milli: qtyMilli, approval }));
}

export function voidLine(lineId: string, act: string): Promise<boolean> {
  const order_id = till.basket!.order_id;
  return withApproval(act, (approval) => command("VoidLine", { order_id, line_id: lineId, approval }));
}

export function clearBasket(act: string): Promise<boolean> {
  const order_id = till.basket!.order_id;
  return withApproval(act, (approval) => command("ClearBasket", { order_id, approval }));
}

export async function park(): Promise<void> {
  const order_id = till.basket?.order_id;
  if (order_id) await inOrder(() => command("ParkBasket", { order_id, label: "" }));
}

export async function resume(orderId: string): Promise<void> {
  await inOrder(() => command("ResumeBasket", { order_id: orderId, terminal_id: session.terminalId ?? "" }));
  backToGoods();
}

export async function payCash(tenderedFen: number): Promise<void> {
  const basket = till.basket;
  if (!basket || sale.paying) return;
  const body = { order_id: basket.order_id, payment_id: newId(), due_fen: dueFen.value, tendered_fen: tenderedFen };
  await sendPayment(envelope("PayCash", body));
}

export async function retryPayment(): Promise<void> {
  const unsure = sale.unsure;
  if (unsure && !sale.paying) await sendPayment(unsure);
}

/** An order is paid, by whatever way: the change, or that there is none. */
export function showPaid(placed: OrderPlaced): void {
  sale.last = placed;
  sale.stage = "done";
  play("paid");
}

async function sendPayment(envelope: Envelope): Promise<void> {
  sale.paying = true;
  try {
    await queue;
    const placed = await http.send<OrderPlaced>(envelope);
    sale.unsure = null;
    showPaid(placed);
  } catch (error) {
    if (error instanceof NoAnswer) {
      sale.unsure = envelope;
      play("refused");
    } else {
      sale.unsure = null;
      tellWhy(error);
    }
  } finally {
    sale.paying = false;
  }
}
