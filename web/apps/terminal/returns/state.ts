/** The return at hand. It outlives the sheet that shows it, which gives way to the manager's approval. */
import { reactive } from "vue";
import { newId } from "@kit/ids";
import { command, hub, type ReturnOffer, type SoldOrder, type SoldRow } from "../state/hub";
import { tell, tellWhy } from "../state/notices";
import { withApproval } from "../state/sale";
import { session } from "../state/session";
import { sheets } from "../state/sheets";

export const page = reactive({
  today: null as SoldRow[] | null,
  sold: null as SoldOrder | null,
  /** How much of each line is to come back, in thousandths. */
  chosen: {} as Record<string, number>,
  reason: "",
  offer: null as ReturnOffer | null,
  returnId: newId(),
  busy: false,
});

async function attempt(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    tellWhy(error);
  }
}

function show(sold: SoldOrder): void {
  Object.assign(page, { sold, chosen: {}, reason: "", offer: null, returnId: newId() });
}

export const listToday = (): Promise<void> =>
  attempt(async () => {
    page.today = await hub.soldToday();
  });

export const findReceipt = (receiptNo: string): Promise<void> =>
  attempt(async () => show(await hub.soldByReceipt(receiptNo)));

export const openOrder = (orderId: string): Promise<void> => attempt(async () => show(await hub.soldOrder(orderId)));

/** Looks again at the order that is shown: a terminal has answered, or somebody took something back elsewhere. */
export const refresh = (): Promise<void> =>
  attempt(async () => {
    const orderId = page.sold?.order.order_id;
    if (orderId) page.sold = await hub.soldOrder(orderId);
  });

export function leaveOrder(): void {
  page.sold = null;
  sheets.receipt = null;
  void listToday();
}

const lines = () =>
  Object.entries(page.chosen)
    .filter(([, qty_milli]) => qty_milli > 0)
    .map(([line_id, qty_milli]) => ({ line_id, qty_milli }));
let asked = 0;

/** Chooses so much of a line, and asks the hub what then goes back. */
export async function choose(lineId: string, qtyMilli: number): Promise<void> {
  page.chosen[lineId] = qtyMilli;
  await askOffer();
}

export async function chooseAll(): Promise<void> {
  for (const line of page.sold!.lines) page.chosen[line.line_id] = line.qty_milli - line.returned_milli;
  await askOffer();
}

async function askOffer(): Promise<void> {
  const mine = ++asked;
  const wanted = lines();
  page.offer = null;
  if (!wanted.length) return;
  await attempt(async () => {
    const order_id = page.sold!.order.order_id;
    const offer = await hub.returnOffer({ order_id, terminal_id: session.terminalId ?? "", lines: wanted });
    if (mine === asked) page.offer = offer;
  });
}

/** Takes the goods back, with a manager; the same return is never booked twice, however often it is sent. */
export async function takeBack(act: string, done: string): Promise<void> {
  const { offer, sold } = page;
  if (page.busy || !offer || !sold) return;
  page.busy = true;
  const body = {
    return_id: page.returnId,
    order_id: sold.order.order_id,
    terminal_id: session.terminalId ?? "",
    lines: lines(),
    refund_fen: offer.refund_fen,
    reason: page.reason,
  };
  const isDone = await withApproval(act, (approval) => command("ReturnGoods", { ...body, approval }));
  page.busy = false;
  await refresh();
  // Its answer may have been lost: what is booked is shown, and nothing is chosen any more.
  const isBooked = page.sold?.returns.some((one) => one.return_id === body.return_id);
  if (isBooked) show(page.sold!);
  else if (page.sold) await askOffer();
  if (isDone) tell({ tone: "good", text: done });
}

export const retry = (refundId: string): Promise<void> =>
  attempt(async () => {
    await command("RetryRefund", {
      refund_id: refundId,
      new_refund_id: newId(),
      terminal_id: session.terminalId ?? "",
    });
    await refresh();
  });

export const printAgain = (returnId: string, told: string): Promise<void> =>
  attempt(async () => {
    await command("Reprint", { job_id: newId(), order_id: returnId });
    tell({ tone: "good", text: told });
  });
