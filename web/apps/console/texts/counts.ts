/** What the counts of devices are called; one that is not here is shown by its own name. */
export const COUNTS: Record<string, { zh: string; en: string }> = {
  GoodScanCount: { zh: "扫码成功", en: "Good scans" },
  MisreadCount: { zh: "误读", en: "Misreads" },
  GoodWeightReadCount: { zh: "称重次数", en: "Weights read" },
  ReceiptLinePrintedCount: { zh: "打印行数", en: "Lines printed" },
  ReceiptLineFeedCount: { zh: "走纸行数", en: "Lines fed" },
  LabelPrintedCount: { zh: "打印标签", en: "Labels printed" },
  PaperCutCount: { zh: "切纸", en: "Paper cuts" },
  FailedPaperCutCount: { zh: "切纸未确认", en: "Cuts not confirmed" },
  ReceiptCoverOpenCount: { zh: "开盖", en: "Cover opened" },
  PaperOutCount: { zh: "缺纸", en: "Paper ran out" },
  PrinterFaultCount: { zh: "打印机故障", en: "Printer faults" },
  DrawerGoodOpenCount: { zh: "钱箱弹开", en: "Drawer kicked" },
  DrawerFailedOpenCount: { zh: "钱箱未弹开", en: "Drawer not kicked" },
  CommunicationErrorCount: { zh: "断线", en: "Links lost" },
  ReconnectCount: { zh: "重连", en: "Links found again" },
  HoursPoweredCount: { zh: "工作小时", en: "Hours at work" },
};
