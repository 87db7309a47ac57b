/** The words of settling payment terminals: they come with it, not with the till. */
export const zh = {
  settling: {
    heading: "支付终端结算",
    hint: "交班前可结算终端；结算不成不影响交班",
    settle: "结算",
    again: "再结算一次",
    away: "终端未连接",
    not_yet: "本班还没有结算",
    requested: "正在结算…",
    done: "已结算",
    failed: "没有结算成",
    unknown: "结果未明：请看终端的结算单",
    theirs: "终端",
    ours: "账上",
    apart: "差额 {amount}",
    same: "与账相符",
    sale: "消费 {n} 笔",
    refund: "退款 {n} 笔",
    reversal: "撤销 {n} 笔",
    total: "合计 {n} 笔",
    unknownBefore: "此前有 {n} 次结算结果未明，差额可能已随那次结算",
  },
} as const;
