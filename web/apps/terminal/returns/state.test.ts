import { beforeEach, describe, expect, it, vi } from "vitest";
import { Refused } from "@kit/http";
import type { SoldOrder } from "../state/hub";

type Answer = { resolve: (value: unknown) => void; reject: (error: unknown) => void };
const { out, hear } = vi.hoisted(() => {
  const out: Record<string, Answer[]> = {};
  const hear = (name: string) => () =>
    new Promise((resolve, reject) => (out[name] ??= []).push({ resolve, reject }));
  return { out, hear };
});

vi.mock("../state/session", () => ({ session: { terminalId: "T01", who: null } }));
vi.mock("../state/hub", () => ({
  command: (name: string) => hear(name)(),
  hub: { soldByReceipt: hear("receipt"), soldOrder: hear("order"), soldToday: hear("today"), returnOffer: hear("offer") },
}));
vi.mock("../state/sale", () => ({
  withApproval: async (_act: string, run: (approval: null) => Promise<unknown>) => {
    await run(null);
    return true;
  },
}));
vi.mock("@kit/sounds", () => ({ play: () => {} }));

const { choose, findReceipt, leave, openOrder, page, printAgain, refresh, retry, takeBack } = await import("./state");

const sold = (order_id: string, ...returns: object[]): SoldOrder =>
  ({ order: { order_id, receipt_no: order_id }, lines: [], returns, extent: "none" }) as unknown as SoldOrder;
const settle = (): Promise<void> => new Promise((done) => setTimeout(done));

/** Gives the oldest answer of this kind that is still out. */
async function answer(name: string, value: unknown): Promise<void> {
  out[name]!.shift()!.resolve(value);
  await settle();
}

async function show(orderId: string): Promise<void> {
  void openOrder(orderId);
  await answer("order", sold(orderId));
}

beforeEach(() => {
  leave();
  page.busy = false;
  for (const name of Object.keys(out)) delete out[name];
});

describe("a late answer", () => {
  it("to an older look-up is dropped", async () => {
    void findReceipt("A");
    void findReceipt("B");
    out["receipt"]![1]!.resolve(sold("B"));
    await settle();
    await answer("receipt", sold("A"));
    expect(page.sold?.order.order_id).toBe("B");
  });

  it("to a look-up does not show a sale that was left", async () => {
    void findReceipt("A");
    leave();
    await answer("receipt", sold("A"));
    expect(page.sold).toBeNull();
  });

  it("to a fresh look at one sale does not replace another", async () => {
    await show("A");
    void refresh();
    leave();
    await settle();
    void findReceipt("B");
    await answer("receipt", sold("B"));
    await answer("order", sold("A"));
    expect(page.sold?.order.order_id).toBe("B");
  });

  it("of an offer for one sale is not another's", async () => {
    await show("A");
    void choose("line-1", 1000);
    void findReceipt("B");
    await answer("receipt", sold("B"));
    await answer("offer", { refund_fen: 1390 });
    expect(page.offer).toBeNull();
  });

  it("to taking back leaves the sale shown since as it is", async () => {
    await show("A");
    void choose("line-1", 1000);
    await answer("offer", { refund_fen: 1390 });
    void takeBack("act", "done");
    void findReceipt("B");
    await answer("receipt", sold("B"));
    page.chosen["line-9"] = 1000;
    await answer("ReturnGoods", {});
    await answer("order", sold("B"));
    expect(page.chosen).toEqual({ "line-9": 1000 });
    expect(out["offer"]).toHaveLength(0);
    expect(page.busy).toBe(false);
  });
});

describe("a second touch", () => {
  it("of a refund's or a slip's key is dropped until the first is answered", async () => {
    await show("A");
    void retry("refund-1");
    void retry("refund-1");
    void printAgain("return-1", "sent");
    expect(out["RetryRefund"]).toHaveLength(1);
    expect(out["Reprint"]).toBeUndefined();
    await answer("RetryRefund", {});
    await answer("order", sold("A"));
    void printAgain("return-1", "sent");
    expect(out["Reprint"]).toHaveLength(1);
  });

  it("is not needed to see what became of a refused refund", async () => {
    await show("A");
    void retry("refund-1");
    out["RetryRefund"]!.shift()!.reject(new Refused({ code: "x", text: "no", facts: {}, status: 409 }));
    await settle();
    await answer("order", sold("A", { return_id: "R1" }));
    expect(page.sold?.returns).toHaveLength(1);
    expect(page.busy).toBe(false);
  });
});
