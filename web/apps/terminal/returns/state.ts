/** The return at hand. It outlives the sheet that shows it, which gives way to the manager's approval. */
import { reactive, watch } from "vue";
import { newId } from "@kit/ids";
import { command, hub, type ReturnOffer, type SoldOrder, type SoldRow } from "../state/hub";
import { attempt, tell } from "../state/notices";
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

let looked = 0;
let asked = 0;
let refreshed = 0;

/** Once at a time: a second touch of the same key is dropped. */
async function once(act: () => Promise<unknown>): Promise<void> {
  if (page.busy) return;
  page.busy = true;
  try {
    await attempt(act);
  } finally {
    page.busy = false;
  }
}

function show(sold: SoldOrder | null): void {
  asked++;
  Object.assign(page, { sold, chosen: {}, reason: "", offer: null, returnId: newId() });
}

export const listToday = (): Promise<unknown> =>
  attempt(async () => {
    page.today = await hub.soldToday();
  });

/** Only what was looked for last is shown. */
async function look(ask: () => Promise<SoldOrder>): Promise<void> {
  const mine = ++looked;
  await attempt(async () => {
    const sold = await ask();
    if (mine === looked) show(sold);
  });
}

export const findReceipt = (receiptNo: string): Promise<void> => look(() => hub.soldByReceipt(receiptNo));
export const openOrder = (orderId: string): Promise<void> => look(() => hub.soldOrder(orderId));

/** Looks again at the order that is shown: a terminal has answered, or somebody took something back elsewhere. */
export const refresh = (): Promise<unknown> =>
  attempt(async () => {
    const orderId = page.sold?.order.order_id;
    if (!orderId) return;
    const mine = ++refreshed;
    const sold = await hub.soldOrder(orderId);
    if (mine === refreshed && page.sold?.order.order_id === orderId) page.sold = sold;
  });

/** Shows no sale any more; an answer that is still out is dropped. */
export function leave(): void {
  looked++;
  show(null);
  sheets.receipt = null;
}

// The next cashier begins with nothing of the last one's.
watch(
  () => session.who?.session_id,
  () => {
    leave();
    page.today = null;
  },
);

export function leaveOrder(): void {
  leave();
  void listToday();
}

const lines = () =>
  Object.entries(page.chosen)
    .filter(([, qty_milli]) => qty_milli > 0)
    .map(([line_id, qty_milli]) => ({ line_id, qty_milli }));

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
export const takeBack = (act: string, done: string): Promise<void> =>
  once(async () => {
    const { offer, sold } = page;
    if (!offer || !sold) return;
    const { order_id } = sold.order;
    const body = {
      return_id: page.returnId,
      order_id,
      terminal_id: session.terminalId ?? "",
      lines: lines(),
      refund_fen: offer.refund_fen,
      reason: page.reason,
    };
    const isDone = await withApproval(act, (approval) => command("ReturnGoods", { ...body, approval }));
    if (isDone) tell({ tone: "good", text: done });
    await refresh();
    if (page.sold?.order.order_id !== order_id) return;
    // Its answer may have been lost: what is booked is shown, and nothing is chosen any more.
    if (page.sold.returns.some((one) => one.return_id === body.return_id)) show(page.sold);
    else await askOffer();
  });

export const retry = (refundId: string): Promise<void> =>
  once(async () => {
    const body = { refund_id: refundId, new_refund_id: newId(), terminal_id: session.terminalId ?? "" };
    try {
      await command("RetryRefund", body);
    } finally {
      await refresh();
    }
  });

export const printAgain = (returnId: string, told: string): Promise<void> =>
  once(async () => {
    await command("Reprint", { job_id: newId(), order_id: returnId });
    tell({ tone: "good", text: told });
  });
