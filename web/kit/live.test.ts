import { beforeEach, describe, expect, it } from "vitest";
import { LiveSocket, type Clock, type LinkState, type LiveOptions, type Socket } from "./live";

interface Frame {
  kind: "snapshot" | "change" | "heartbeat";
  seq?: number;
}

class FakeSocket implements Socket {
  sent: string[] = [];
  closed = false;
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: unknown }) => void) | null = null;
  onclose: ((reason: { code: number }) => void) | null = null;
  send(text: string): void {
    this.sent.push(text);
  }
  close(): void {
    this.closed = true;
  }
  say(frame: Frame): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

class FakeClock implements Clock {
  private nowMs = 0;
  private timers: { dueMs: number; run: () => void }[] = [];
  after(delayMs: number, run: () => void): () => void {
    const timer = { dueMs: this.nowMs + delayMs, run };
    this.timers.push(timer);
    return () => void (this.timers = this.timers.filter((other) => other !== timer));
  }
  pass(ms: number): void {
    this.nowMs += ms;
    const due = this.timers.filter((timer) => timer.dueMs <= this.nowMs);
    this.timers = this.timers.filter((timer) => timer.dueMs > this.nowMs);
    for (const timer of due) timer.run();
  }
}

let clock: FakeClock;
let sockets: FakeSocket[];
let frames: Frame[];
let states: LinkState[];
let refused: number[];
let live: LiveSocket<Frame>;
let options: LiveOptions<Frame>;

beforeEach(() => {
  clock = new FakeClock();
  sockets = [];
  frames = [];
  states = [];
  refused = [];
  options = {
    open: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    hello: () => "hello",
    seqOf: (frame) => frame.seq ?? null,
    isSnapshot: (frame) => frame.kind === "snapshot",
    onFrame: (frame) => frames.push(frame),
    onState: (state) => states.push(state),
    refusedCodes: [4401],
    onRefused: (code) => refused.push(code),
    silenceMs: 10_000,
    clock,
    jitter: () => 1,
  };
  live = new LiveSocket<Frame>(options);
  live.start();
});

const last = (): FakeSocket => sockets.at(-1)!;

describe("a live socket", () => {
  it("says hello, and is live only once it has a snapshot", () => {
    last().onopen?.();
    expect(last().sent).toEqual(["hello"]);
    expect(states).toEqual(["connecting"]);
    last().say({ kind: "snapshot", seq: 7 });
    last().say({ kind: "change", seq: 8 });
    expect(states).toEqual(["connecting", "live"]);
    expect(frames.map((frame) => frame.seq)).toEqual([7, 8]);
  });

  it("ignores a frame the snapshot already holds", () => {
    last().say({ kind: "snapshot", seq: 7 });
    last().say({ kind: "change", seq: 7 });
    expect(frames).toHaveLength(1);
    expect(sockets).toHaveLength(1);
  });

  it("starts again from a snapshot when a number is missing", () => {
    last().say({ kind: "snapshot", seq: 7 });
    last().say({ kind: "change", seq: 9 });
    expect(frames).toHaveLength(1);
    expect(sockets[0]!.closed).toBe(true);
    clock.pass(250);
    last().say({ kind: "snapshot", seq: 9 });
    expect(states).toEqual(["connecting", "live", "lost", "connecting", "live"]);
  });

  it("does not trust changes before a snapshot", () => {
    last().say({ kind: "change", seq: 3 });
    expect(frames).toEqual([]);
    expect(states.at(-1)).toBe("lost");
  });

  it("treats silence as a dead link, and a heartbeat as a sign of life", () => {
    last().say({ kind: "snapshot", seq: 1 });
    clock.pass(9_000);
    last().say({ kind: "heartbeat" });
    clock.pass(9_000);
    expect(states.at(-1)).toBe("live");
    clock.pass(1_000);
    expect(states.at(-1)).toBe("lost");
  });

  it("asks before it gives a silent link up, where there is a way to ask", async () => {
    const answers = [true, false];
    const asked = new LiveSocket<Frame>({ ...options, probe: () => Promise.resolve(answers.shift()!) });
    live.stop();
    asked.start();
    last().say({ kind: "snapshot", seq: 1 });
    clock.pass(10_000);
    await Promise.resolve();
    await Promise.resolve();
    expect(states.at(-1)).toBe("live");
    clock.pass(10_000);
    await Promise.resolve();
    await Promise.resolve();
    expect(states.at(-1)).toBe("lost");
  });

  it("begins again when told to, with a new socket and no alarm", () => {
    last().say({ kind: "snapshot", seq: 1 });
    live.restart();
    expect(sockets).toHaveLength(2);
    expect(sockets[0]!.closed).toBe(true);
    expect(states).toEqual(["connecting", "live", "connecting"]);
  });

  it("waits longer after each failure, up to a limit, and forgets that once live", () => {
    const waits: number[] = [];
    for (let attempt = 0; attempt < 7; attempt++) {
      const before = sockets.length;
      last().onclose?.({ code: 1006 });
      let waited = 0;
      while (sockets.length === before) {
        clock.pass(50);
        waited += 50;
      }
      waits.push(waited);
    }
    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 4000, 4000]);
    last().say({ kind: "snapshot", seq: 1 });
    last().onclose?.({ code: 1006 });
    const before = sockets.length;
    clock.pass(250);
    expect(sockets.length).toBe(before + 1);
  });

  it("stays away when the server refuses it for good", () => {
    last().onclose?.({ code: 4401 });
    clock.pass(60_000);
    expect(refused).toEqual([4401]);
    expect(sockets).toHaveLength(1);
  });

  it("hears nothing more from a socket it has thrown away", () => {
    last().say({ kind: "snapshot", seq: 1 });
    const old = last();
    const oldReceive = old.onmessage;
    live.stop();
    oldReceive?.({ data: JSON.stringify({ kind: "change", seq: 2 }) });
    expect(frames).toHaveLength(1);
    clock.pass(60_000);
    expect(sockets).toHaveLength(1);
  });
});
