/**
 * One WebSocket that a page is a view of. The server opens with a snapshot and numbers every frame after it; a
 * missing number, silence or a closed link throws the socket away and starts again from a fresh snapshot, so the
 * page never shows a state that is older than it says.
 */

export type LinkState = "connecting" | "live" | "lost";

export interface Socket {
  send(text: string): void;
  close(): void;
  onopen: (() => void) | null;
  onmessage: ((message: { data: unknown }) => void) | null;
  onclose: ((reason: { code: number }) => void) | null;
}

export interface Clock {
  after(delayMs: number, run: () => void): () => void;
}

export const windowClock: Clock = {
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

export interface LiveOptions<Frame> {
  open(): Socket;
  /** What to say as soon as the link opens (who we are), if anything. */
  hello?(): string | null;
  /** The frame's number; null for frames outside the sequence, such as a heartbeat. */
  seqOf(frame: Frame): number | null;
  isSnapshot(frame: Frame): boolean;
  onFrame(frame: Frame): void;
  onState(state: LinkState): void;
  /** The server ended the link for good (the sign-in is over): do not come back. */
  refusedCodes?: readonly number[];
  onRefused?(code: number): void;
  /** After this long without a frame the link is asked whether it is alive, whatever the socket says. */
  silenceMs?: number;
  /** Asks the server by another way; without it silence alone means the link is dead. */
  probe?(): Promise<boolean>;
  clock?: Clock;
  jitter?(): number;
}

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 4000;
const SILENCE_MS = 20_000;

export class LiveSocket<Frame> {
  private socket: Socket | null = null;
  private nextSeq: number | null = null;
  private retryMs = FIRST_RETRY_MS;
  private stopped = true;
  private cancelTimer: () => void = () => {};
  private readonly clock: Clock;

  constructor(private readonly options: LiveOptions<Frame>) {
    this.clock = options.clock ?? windowClock;
  }

  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    this.connect();
  }

  stop(): void {
    this.stopped = true;
    this.cancelTimer();
    this.drop();
  }

  /** Begins again from a fresh snapshot, without having been lost. */
  restart(): void {
    if (this.stopped) return;
    this.cancelTimer();
    this.drop();
    this.connect();
  }

  send(text: string): void {
    this.socket?.send(text);
  }

  private connect(): void {
    this.options.onState("connecting");
    this.nextSeq = null;
    const socket = this.options.open();
    this.socket = socket;
    this.watchSilence();
    socket.onopen = () => {
      const hello = this.options.hello?.();
      if (hello) socket.send(hello);
    };
    socket.onmessage = (message) => {
      if (this.socket === socket) this.receive(message.data);
    };
    socket.onclose = ({ code }) => {
      if (this.socket !== socket) return;
      this.socket = null;
      if (this.options.refusedCodes?.includes(code)) {
        this.stop();
        this.options.onState("lost");
        this.options.onRefused?.(code);
      } else this.comeBack();
    };
  }

  private receive(data: unknown): void {
    if (typeof data !== "string") return;
    this.watchSilence();
    const frame = JSON.parse(data) as Frame;
    const seq = this.options.seqOf(frame);
    if (this.options.isSnapshot(frame)) {
      this.nextSeq = seq === null ? null : seq + 1;
      this.retryMs = FIRST_RETRY_MS;
      this.options.onFrame(frame);
      this.options.onState("live");
      return;
    }
    if (seq !== null) {
      if (this.nextSeq !== null && seq < this.nextSeq) return;
      if (seq !== this.nextSeq) {
        this.comeBack();
        return;
      }
      this.nextSeq = seq + 1;
    }
    this.options.onFrame(frame);
  }

  private watchSilence(): void {
    this.cancelTimer();
    this.cancelTimer = this.clock.after(this.options.silenceMs ?? SILENCE_MS, () => void this.examine());
  }

  private async examine(): Promise<void> {
    const socket = this.socket;
    const alive = this.options.probe ? await this.options.probe() : false;
    if (this.socket !== socket || this.stopped) return;
    if (alive) this.watchSilence();
    else this.comeBack();
  }

  private comeBack(): void {
    this.drop();
    this.cancelTimer();
    if (this.stopped) return;
    this.options.onState("lost");
    const waitMs = this.retryMs * (0.5 + (this.options.jitter ?? Math.random)() / 2);
    this.retryMs = Math.min(this.retryMs * 2, LAST_RETRY_MS);
    this.cancelTimer = this.clock.after(waitMs, () => this.connect());
  }

  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
}

/** The address of a WebSocket on the server this page came from. */
export function socketUrl(path: string, query: Record<string, string> = {}): string {
  const url = new URL(path, location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
  return url.href;
}
