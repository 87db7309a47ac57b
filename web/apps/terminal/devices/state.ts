/** The device page's memory: signs of life, and what came of each test. It outlives the sheet that shows it. */
import { reactive } from "vue";
import { newId } from "@kit/ids";
import { command, hub, patientCommand, type Device, type DrawerLesson, type TerminalAnswered, type DevicePulse, type DeviceStatistics } from "../state/hub";
import { attempt, tellWhy } from "../state/notices";
import { withApproval } from "../state/sale";
import { session } from "../state/session";
import { till } from "../state/till";

const PULSE_EVERY_MS = 2000;

export const page = reactive({
  /** The devices as the hub tells strangers: nobody is signed in yet. */
  conditions: [] as Device[],
  pulses: {} as Record<string, DevicePulse>,
  statistics: {} as Record<string, DeviceStatistics>,
  /** Until when a test scan is awaited, by the page's own clock. */
  awaitedUntilMs: {} as Record<string, number>,
  slips: {} as Record<string, string>,
  shown: {} as Record<string, boolean>,
  /** What a terminal answered; null while it is asked. */
  answers: {} as Record<string, TerminalAnswered | null>,
  lessons: {} as Record<string, Lesson>,
  nowMs: performance.now(),
});

/** How far a drawer's sensor is learnt: what is to be shown next, and what came of the last showing. */
export interface Lesson {
  next: "shut" | "open" | null;
  busy: boolean;
  said: DrawerLesson | null;
}

/** Asks for signs of life until the returned function is called. */
export function watchPulses(): () => void {
  const ask = async (): Promise<void> => {
    try {
      if (!session.who) {
        page.conditions = await hub.deviceConditions();
        return;
      }
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

export const awaitScan = (device: Device): Promise<boolean> =>
  attempt(async () => {
    delete till.testScans[device.device_id];
    const { within_ms } = await command("TryScanner", { device_id: device.device_id });
    page.nowMs = performance.now();
    page.awaitedUntilMs[device.device_id] = page.nowMs + within_ms;
  });

export const printSlip = (device: Device): Promise<boolean> =>
  attempt(async () => {
    const job_id = newId();
    await command("PrintTest", { job_id, device_id: device.device_id });
    page.slips[device.device_id] = job_id;
  });

export const showText = (device: Device): Promise<boolean> =>
  attempt(async () => {
    await command("TryDisplay", { device_id: device.device_id });
    page.shown[device.device_id] = true;
  });

export async function askTerminal(device: Device): Promise<void> {
  if (page.answers[device.device_id] === null) return;
  page.answers[device.device_id] = null;
  try {
    page.answers[device.device_id] = await patientCommand("TryTerminal", { device_id: device.device_id });
  } catch (error) {
    delete page.answers[device.device_id];
    tellWhy(error);
  }
}

export const beginLesson = (device: Device): unknown =>
  (page.lessons[device.device_id] = { next: "shut", busy: false, said: null });

/** The drawer is as it was asked for. */
export async function showDrawer(device: Device, lesson: Lesson): Promise<void> {
  const is_open = lesson.next === "open";
  lesson.busy = true;
  try {
    lesson.said = await patientCommand("LearnDrawer", { device_id: device.device_id, is_open });
    lesson.next = lesson.said.ok && !is_open ? "open" : null;
  } catch (error) {
    tellWhy(error);
  } finally {
    lesson.busy = false;
  }
}

export const bind = (device: Device, terminal_id: string | null): Promise<boolean> =>
  attempt(() => command("BindDevice", { device_id: device.device_id, terminal_id }));

export function openDrawer(act: string): void {
  const terminal_id = session.terminalId ?? "";
  void withApproval(act, (approval) => command("OpenDrawer", { terminal_id, reason: act, approval }));
}

