/**
 * Commands and queries over HTTP. A command carries its own id, and the same id with the same body is answered once
 * and the same for ever, so a request whose answer was lost is simply sent again.
 */
import { newId } from "./ids";

export interface Problem {
  code: string;
  text: string;
  facts: Record<string, string | number>;
  status: number;
}

export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.text || problem.code);
  }
}

/** No answer came. The command may or may not have been carried out: send the same one again. */
export class NoAnswer extends Error {}

export interface HttpOptions {
  base?: string;
  language(): string;
  /** The session is over. */
  onSignedOut?(): void;
  fetch?: typeof fetch;
  wait?(ms: number): Promise<void>;
  timeoutMs?: number;
}

export interface Envelope {
  readonly path: string;
  readonly body: object & { readonly command_id: string };
}

const RETRY_AFTER_MS = [150, 600] as const;
const TIMEOUT_MS = 6000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export class Http {
  constructor(private readonly options: HttpOptions) {}

  get<T>(path: string, query: Record<string, string | number | undefined> = {}): Promise<T> {
    const params = new URLSearchParams();
    for (const [key, value] of Object.entries(query)) if (value !== undefined) params.set(key, String(value));
    const search = params.toString();
    return this.once<T>(search ? `${path}?${search}` : path, { method: "GET" });
  }

  /** A command ready to be sent, and to be sent again as it is. */
  envelope(path: string, body: object): Envelope {
    return { path, body: { ...body, command_id: newId() } };
  }

  /** Sends until there is an answer, a few times; then it is `NoAnswer` and the caller keeps the envelope. */
  async send<T>(envelope: Envelope): Promise<T> {
    for (const waitMs of [...RETRY_AFTER_MS, null]) {
      try {
        return await this.post<T>(envelope.path, envelope.body);
      } catch (error) {
        if (!(error instanceof NoAnswer) || waitMs === null) throw error;
        await (this.options.wait ?? pause)(waitMs);
      }
    }
    throw new NoAnswer();
  }

  command<T>(path: string, body: object): Promise<T> {
    return this.send<T>(this.envelope(path, body));
  }

  post<T>(path: string, body: object | null, method = "POST"): Promise<T> {
    const init: RequestInit = { method };
    if (body) init.body = JSON.stringify(body);
    return this.once<T>(path, init);
  }

  /** Sends once and waits as long as a device may take: sent again, it would disturb the device. */
  patient<T>(envelope: Envelope, timeoutMs: number): Promise<T> {
    return this.once<T>(envelope.path, { method: "POST", body: JSON.stringify(envelope.body) }, timeoutMs);
  }

  private async once<T>(path: string, init: RequestInit, timeoutMs = this.options.timeoutMs ?? TIMEOUT_MS): Promise<T> {
    const headers: Record<string, string> = { Accept: "application/json", "Accept-Language": this.options.language() };
    if (init.body) headers["Content-Type"] = "application/json";
    const signal = AbortSignal.timeout(timeoutMs);
    let response: Response;
    let text: string;
    try {
      response = await (this.options.fetch ?? fetch)(`${this.options.base ?? ""}${path}`, { ...init, headers, signal });
      text = await response.text();
    } catch {
      throw new NoAnswer();
    }
    if (response.ok) return (text ? JSON.parse(text) : null) as T;
    const problem = problemOf(response.status, text);
    if (response.status >= 502) throw new NoAnswer();
    if (response.status === 401) this.options.onSignedOut?.();
    throw new Refused(problem);
  }
}

function problemOf(status: number, text: string): Problem {
  let found: Partial<Problem> & { message?: string } = {};
  try {
    found = JSON.parse(text) as typeof found;
  } catch {
    // A proxy's error page: the status is all there is.
  }
  return {
    status,
    code: found.code ?? `http.${status}`,
    text: found.text ?? found.message ?? "",
    facts: found.facts ?? {},
  };
}
