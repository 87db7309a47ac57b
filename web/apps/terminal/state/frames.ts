/** The frames of the till's WebSocket, told apart by `type`. */
import type { components } from "@api/hub";

type Schemas = components["schemas"];

export type TestScan = Schemas["ScanTestedFrame"];

export type Frame =
  | Schemas["Snapshot"]
  | Schemas["BasketFrame"]
  | Schemas["ParkedFrame"]
  | Schemas["ShiftFrame"]
  | Schemas["SyncFrame"]
  | Schemas["DevicesFrame"]
  | Schemas["PrintsFrame"]
  | Schemas["ScanTestedFrame"]
  | Schemas["PayingFrame"]
  | Schemas["PaidFrame"]
  | Schemas["AskFrame"]
  | Schemas["NoticeFrame"]
  | Schemas["WeightFrame"];
