import type { Translated } from "@kit/i18n";
import type { zh } from "./zh";

export const en: Translated<typeof zh> = {
  settling: {
    heading: "Settle payment terminals",
    hint: "Settle them before the shift ends; it closes whatever comes of it",
    settle: "Settle",
    again: "Settle again",
    away: "Terminal not connected",
    not_yet: "Not settled in this shift",
    requested: "Settling…",
    done: "Settled",
    failed: "Not settled",
    unknown: "Outcome unknown: look at the terminal's own slip",
    theirs: "Terminal",
    ours: "Our books",
    apart: "Difference {amount}",
    same: "Both agree",
    sale: "Sales, {n}",
    refund: "Refunds, {n}",
    reversal: "Reversals, {n}",
    total: "In all, {n}",
    unknownBefore: "Settlements before it of unknown outcome: {n}. The difference may have gone with them",
  },
};
