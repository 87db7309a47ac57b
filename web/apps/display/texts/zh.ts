export const zh = {
  title: "店枢 · 顾客屏",
  welcome: "欢迎光临",
  pairing: {
    heading: "这块屏还没有配对",
    hint: "在收银机上按“更多”→“顾客屏”，输入这个号码",
  },
  basket: {
    heading: "您的商品",
    total: "应付",
    items: "共 {n} 件",
    tare: "皮 {kg} kg",
  },
  payment: {
    show_code: "请出示付款码",
    confirm: "请在手机上确认付款",
    use_terminal: "请在刷卡机上操作",
    wait: "请稍候，正在确认",
    approved: "已收到，谢谢",
    refused: "这次没有付成，请换一种方式",
    left: "还需支付",
  },
  qr: "本店二维码",
  weight: {
    weighing: "正在称…",
    settled: "已称好",
    net: "净重",
  },
  sale: {
    thanks: "谢谢惠顾",
    total: "合计",
    given: "实收",
    change: "找零",
  },
  lost: "正在重新连接…",
  /** The catalogue's units are Chinese; what is not here is shown as it is. */
  unit: {
    瓶: "瓶", 盒: "盒", 袋: "袋", 包: "包", 罐: "罐", 桶: "桶", 箱: "箱", 支: "支", 个: "个", 块: "块", 条: "条", 卷: "卷",
    提: "提", 组: "组", 听: "听", 杯: "杯", 只: "只", 根: "根", 把: "把", 双: "双", 套: "套", 片: "片", 板: "板", 枚: "枚",
  },
};
