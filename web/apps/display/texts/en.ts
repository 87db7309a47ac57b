import type { Translated } from "@kit/i18n";
import type { zh } from "./zh";

export const en: Translated<typeof zh> = {
  title: "Dianshu · Customer display",
  welcome: "Welcome",
  pairing: {
    heading: "This screen works for no till yet",
    hint: "At the till press More, then Customer display, and type this number",
  },
  basket: {
    heading: "Your basket",
    total: "To pay",
    items: "{n} item | {n} items",
    tare: "tare {kg} kg",
  },
  payment: {
    show_code: "Please show your payment code",
    confirm: "Please confirm on your phone",
    use_terminal: "Please use the terminal",
    wait: "One moment, we are checking",
    approved: "Received, thank you",
    refused: "That did not go through. Please pay another way",
    left: "Still to pay",
  },
  qr: "The shop's QR code",
  weight: {
    weighing: "Weighing…",
    settled: "Weighed",
    net: "Net",
  },
  sale: {
    thanks: "Thank you",
    total: "Total",
    given: "Given",
    change: "Change",
  },
  lost: "Connecting again…",
  unit: {
    瓶: "btl", 盒: "box", 袋: "bag", 包: "pack", 罐: "can", 桶: "tub", 箱: "case", 支: "pc", 个: "pc", 块: "bar", 条: "pc", 卷: "roll",
    提: "pack", 组: "set", 听: "can", 杯: "cup", 只: "pc", 根: "pc", 把: "pc", 双: "pair", 套: "set", 片: "pc", 板: "tray", 枚: "pc",
  },
};
