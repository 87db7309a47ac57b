import { describe, expect, it } from "vitest";
import { isSeparator, WEDGE_DEFAULTS, WedgeDecoder, type WedgeVerdict } from "./wedge";

function type(decoder: WedgeDecoder, keys: string[], gapMs: number, fromMs = 1000): WedgeVerdict[] {
  return keys.map((key, index) => decoder.key(key, fromMs + index * gapMs));
}

describe("a scan", () => {
  it("is a fast run that ends with Enter", () => {
    const verdicts = type(new WedgeDecoder(), [..."6901234567892", "Enter"], 4);
    expect(verdicts[0]).toEqual({ kind: "first" });
    expect(verdicts.slice(1, -1).every((verdict) => verdict.kind === "hold")).toBe(true);
    expect(verdicts.at(-1)).toEqual({ kind: "scan", text: "6901234567892" });
  });

  it("may end with Tab, and Shift between letters does not break it", () => {
    const verdicts = type(new WedgeDecoder(), ["Shift", "A", "B", "Shift", "C", "D", "Tab"], 5);
    expect(verdicts.at(-1)).toEqual({ kind: "scan", text: "ABCD" });
  });

  it("follows another scan at once", () => {
    const decoder = new WedgeDecoder();
    const keys = [..."11112222", "Enter", ..."33334444", "Enter"];
    const scans = type(decoder, keys, 3).filter((verdict) => verdict.kind === "scan");
    expect(scans.map((scan) => scan.text)).toEqual(["11112222", "33334444"]);
  });

  it("that stuttered is not used: half a code may be another item's", () => {
    const decoder = new WedgeDecoder();
    decoder.key("6", 0);
    expect(type(decoder, [..."901234567892", "Enter"], 4, 120).at(-1)).toEqual({ kind: "broken" });
    expect(type(decoder, [..."6901234567892", "Enter"], 4, 400).at(-1)).toEqual({ kind: "scan", text: "6901234567892" });
  });

  it("starts afresh after a person's key", () => {
    const decoder = new WedgeDecoder();
    decoder.key("7", 0);
    expect(type(decoder, [..."12345", "Enter"], 4, 500).at(-1)).toEqual({ kind: "scan", text: "12345" });
  });
});

describe("a person", () => {
  it("types slower than a scanner, Enter included", () => {
    const verdicts = type(new WedgeDecoder(), [..."12345", "Enter"], 90);
    expect(verdicts.map((verdict) => verdict.kind)).toEqual(["first", "first", "first", "first", "first", "pass"]);
  });

  it("may roll two keys without making a scan", () => {
    expect(type(new WedgeDecoder(), ["3", "8", "Enter"], 20).at(-1)).toEqual({ kind: "pass" });
  });

  it("presses Enter after a pause: the run is dropped, not scanned later", () => {
    const decoder = new WedgeDecoder();
    type(decoder, [..."123456"], 4);
    expect(decoder.key("Enter", 5000)).toEqual({ kind: "pass" });
    expect(decoder.pending).toBe("");
  });
});

describe("bounds", () => {
  it("drops a run that is too long, whole", () => {
    const keys = [..."9".repeat(WEDGE_DEFAULTS.maxLength + 50), "Enter"];
    const decoder = new WedgeDecoder();
    expect(type(decoder, keys, 2).at(-1)).toEqual({ kind: "overflow" });
    expect(decoder.pending).toBe("");
  });

  it("lets every other key through", () => {
    expect(type(new WedgeDecoder(), ["F9", "ArrowUp", "Escape"], 5).every((v) => v.kind === "pass")).toBe(true);
  });
});

describe("the group separator", () => {
  it("is Ctrl+], F8 or the character itself", () => {
    expect(isSeparator({ key: "]", ctrlKey: true })).toBe(true);
    expect(isSeparator({ key: "F8", ctrlKey: false })).toBe(true);
    expect(isSeparator({ key: "\u001d", ctrlKey: false })).toBe(true);
    expect(isSeparator({ key: "]", ctrlKey: false })).toBe(false);
    expect(isSeparator({ key: "c", ctrlKey: true })).toBe(false);
  });

  it("is part of the scan", () => {
    const verdicts = type(new WedgeDecoder(), [..."010690123456789210AB", "\u001d", ..."17261231", "Enter"], 4);
    expect(verdicts.at(-1)).toEqual({ kind: "scan", text: "010690123456789210AB\u001d17261231" });
  });
});
