/** Money is an integer number of fen, quantity an integer number of thousandths. Nothing here touches a float. */

export const FEN_LIMIT = 1_000_000_000;

function grouped(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ",");
}

/** 123456 → "1,234.56"; the sign is a true minus so that it lines up with digits. */
export function formatFen(amountFen: number): string {
  if (!Number.isSafeInteger(amountFen)) throw new RangeError(`not an amount in fen: ${amountFen}`);
  const digits = String(Math.abs(amountFen)).padStart(3, "0");
  const sign = amountFen < 0 ? "−" : "";
  return `${sign}${grouped(digits.slice(0, -2))}.${digits.slice(-2)}`;
}

/** 123456 → "¥1,234.56". */
export function formatYuan(amountFen: number): string {
  const text = formatFen(amountFen);
  return text.startsWith("−") ? `−¥${text.slice(1)}` : `¥${text}`;
}

/** What a person typed, in yuan ("38.5"), as fen; null when it is not an amount or is out of range. */
export function parseYuan(text: string): number | null {
  const match = /^(\d{1,8})(?:\.(\d{0,2}))?$/.exec(text.trim());
  if (!match) return null;
  const fen = Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0"));
  return fen <= FEN_LIMIT ? fen : null;
}

/** 1500 → "1.5"; 2000 → "2". */
export function formatQty(qtyMilli: number): string {
  if (!Number.isSafeInteger(qtyMilli)) throw new RangeError(`not a quantity in thousandths: ${qtyMilli}`);
  const digits = String(Math.abs(qtyMilli)).padStart(4, "0");
  const fraction = digits.slice(-3).replace(/0+$/, "");
  const sign = qtyMilli < 0 ? "−" : "";
  return `${sign}${grouped(digits.slice(0, -3))}${fraction ? `.${fraction}` : ""}`;
}

/** What a person typed ("0.375") in thousandths; null when it is not a positive quantity. */
export function parseQty(text: string): number | null {
  const match = /^(\d{1,6})(?:\.(\d{0,3}))?$/.exec(text.trim());
  if (!match) return null;
  const milli = Number(match[1]) * 1000 + Number((match[2] ?? "").padEnd(3, "0"));
  return milli > 0 ? milli : null;
}

/** Price times quantity in thousandths, half a fen rounded up, as the hub does it; neither is negative. */
export function lineAmountFen(priceFen: number, qtyMilli: number): number {
  const product = priceFen * qtyMilli + 500;
  if (!Number.isSafeInteger(product)) throw new RangeError(`out of range: ${priceFen} × ${qtyMilli}`);
  return (product - (product % 1000)) / 1000;
}

const NOTES_FEN = [100, 500, 1000, 2000, 5000, 10000] as const;

/**
 * The round sums a customer is likely to hand over for a total, smallest first, never the total itself:
 * the next whole multiple of each note, so 38.50 offers 39, 40, 50 and 100.
 */
export function likelyTenders(totalFen: number, atMost = 4): number[] {
  if (totalFen <= 0) return [];
  const sums = new Set<number>();
  for (const note of NOTES_FEN) {
    const sum = Math.floor((totalFen + note - 1) / note) * note;
    if (sum !== totalFen && sum <= FEN_LIMIT) sums.add(sum);
  }
  return [...sums].sort((a, b) => a - b).slice(0, atMost);
}
