/** The device page's memory: signs of life, and what came of each test. It outlives the sheet that shows it. */
import { reactive } from "vue";
import { newId } from "@kit/ids";
import { command, hub, type Device, type DevicePulse, type DeviceStatistics } from "../state/hub";
import { tellWhy } from "../state/notices";
import { withApproval } from "../state/sale";
import { session } from "../state/session";
import { till } from "../state/till";

const PULSE_EVERY_MS = 2000;

export const page = reactive({
  pulses: {} as Record<string, DevicePulse>,
  statistics: {} as Record<string, DeviceStatistics>,
  /** Until when a test scan is awaited, by the page's own clock. */
  awaitedUntilMs: {} as Record<string, number>,
  slips: {} as Record<string, string>,
  shown: {} as Record<string, boolean>,
  nowMs: performance.now(),
});

async function attempt(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    tellWhy(error);
  }
}

/** Asks for signs of life until the returned function is called. */
export function watchPulses(): () => void {
  const ask = async (): Promise<void> => {
    try {
      const [pulses, statistics] = await Promise.all([hub.devicePulses(), hub.deviceStatistics()]);
      page.pulses = Object.fromEntries(pulses.map((pulse) => [pulse.device_id, pulse]));
      page.statistics = Object.fromEntries(statistics.map((told) => [told.device_id, told]));
    } catch {
      page.pulses = {}; // the badge says that the hub is away
    }
  };
  void ask();
  const asking = setInterval(() => void ask(), PULSE_EVERY_MS);
  const ticking = setInterval(() => (page.nowMs = performance.now()), 500);
  return () => [asking, ticking].forEach(clearInterval);
}

export const awaitScan = (device: Device): Promise<void> =>
  attempt(async () => {
    delete till.testScans[device.device_id];
    const { within_ms } = await command("TryScanner", { device_id: device.device_id });
    page.nowMs = performance.now();
    page.awaitedUntilMs[device.device_id] = page.nowMs + within_ms;
  });

export const printSlip = (device: Device): Promise<void> =>
  attempt(async () => {
    const job_id = newId();
    await command("PrintTest", { job_id, device_id: device.device_id });
    page.slips[device.device_id] = job_id;
  });

export const showText = (device: Device): Promise<void> =>
  attempt(async () => {
    await command("TryDisplay", { device_id: device.device_id });
    page.shown[device.device_id] = true;
  });

export const bind = (device: Device, terminal_id: string | null): Promise<void> =>
  attempt(() => command("BindDevice", { device_id: device.device_id, terminal_id }));

export function openDrawer(act: string): void {
  const terminal_id = session.terminalId ?? "";
  void withApproval(act, (approval) => command("OpenDrawer", { terminal_id, reason: act, approval }));
}

