import { describe, expect, it } from "vitest";
import { formatFen, formatQty, formatYuan, likelyTenders, lineAmountFen, parseQty, parseYuan } from "./money";

describe("money", () => {
  it.each([
    [0, "0.00"],
    [5, "0.05"],
    [100, "1.00"],
    [123456, "1,234.56"],
    [1_000_000_000, "10,000,000.00"],
    [-250, "−2.50"],
  ])("writes %i fen as %s", (fen, text) => expect(formatFen(fen)).toBe(text));

  it("puts the minus before the sign of the currency", () => expect(formatYuan(-250)).toBe("−¥2.50"));

  it("refuses what is not a whole number of fen", () => {
    expect(() => formatFen(1.5)).toThrow(RangeError);
    expect(() => formatFen(Number.NaN)).toThrow(RangeError);
  });

  it.each([
    ["38.5", 3850],
    ["38.", 3800],
    ["0.07", 7],
    ["19.99", 1999],
    ["10000000", 1_000_000_000],
  ])("reads %s yuan as %i fen", (text, fen) => expect(parseYuan(text)).toBe(fen));

  it.each(["", ".", "1.234", "-1", "1e3", "30000000", "一"])("does not read %j as an amount", (text) =>
    expect(parseYuan(text)).toBeNull(),
  );

  it("reads back every amount it writes", () => {
    for (let fen = 0; fen < 30_000; fen += 7) expect(parseYuan(formatFen(fen).replaceAll(",", ""))).toBe(fen);
  });
});

describe("quantity", () => {
  it.each([
    [1000, "1"],
    [1500, "1.5"],
    [375, "0.375"],
    [-2000, "−2"],
    [1_234_000, "1,234"],
  ])("writes %i thousandths as %s", (milli, text) => expect(formatQty(milli)).toBe(text));

  it.each([
    ["2", 2000],
    ["0.375", 375],
    ["0", null],
    ["1.2345", null],
  ])("reads %s as %s", (text, milli) => expect(parseQty(text)).toBe(milli));
});

describe("likely tenders", () => {
  it.each([
    [3850, [3900, 4000, 5000, 10000]],
    [5000, [6000, 10000]],
    [10000, []],
    [1, [100, 500, 1000, 2000]],
    [12345, [12400, 12500, 13000, 14000]],
    [0, []],
  ])("for %i fen offers %j", (total, sums) => expect(likelyTenders(total)).toEqual(sums));

  it("never offers less than the total", () => {
    for (let total = 1; total < 40_000; total += 13)
      expect(likelyTenders(total).every((sum) => sum > total)).toBe(true);
  });
});

describe("what a line comes to", () => {
  it.each([
    [898, 1250, 1123],
    [898, 1000, 898],
    [1, 499, 0],
    [1, 500, 1],
    [1180, 0, 0],
  ])("%i fen × %i thousandths is %i fen", (price, qty, amount) => expect(lineAmountFen(price, qty)).toBe(amount));
  it("refuses what no integer can hold", () => expect(() => lineAmountFen(1e12, 1e8)).toThrow(RangeError));
});
