import { describe, expect, it } from "vitest";
import { Http, NoAnswer, Refused } from "./http";
import { newId } from "./ids";

type Step = Response | "no answer";

function httpWith(steps: Step[]) {
  const bodies: string[] = [];
  const headers: Headers[] = [];
  let signedOut = 0;
  const http = new Http({
    language: () => "en",
    onSignedOut: () => void signedOut++,
    wait: () => Promise.resolve(),
    fetch: (_url, init) => {
      bodies.push(String(init?.body));
      headers.push(new Headers(init?.headers));
      const step = steps.shift();
      if (step === undefined || step === "no answer") return Promise.reject(new TypeError("failed"));
      return Promise.resolve(step);
    },
  });
  return { http, bodies, headers, signedOut: () => signedOut };
}

const ok = (body: unknown): Response => new Response(JSON.stringify(body));
const refusal = (status: number, body: unknown): Response => new Response(JSON.stringify(body), { status });

describe("a command", () => {
  it("is sent again, the very same, until it is answered", async () => {
    const { http, bodies } = httpWith(["no answer", "no answer", ok({ total_fen: 5 })]);
    expect(await http.command("/api/x", { order_id: "o1" })).toEqual({ total_fen: 5 });
    expect(bodies).toHaveLength(3);
    expect(new Set(bodies).size).toBe(1);
    expect(JSON.parse(bodies[0]!)).toMatchObject({ order_id: "o1", command_id: expect.stringMatching(/^[0-9a-f]{32}$/) });
  });

  it("without any answer can be sent later under the same id", async () => {
    const { http, bodies } = httpWith(["no answer", "no answer", "no answer", ok({})]);
    const envelope = http.envelope("/api/x", {});
    await expect(http.send(envelope)).rejects.toBeInstanceOf(NoAnswer);
    await http.send(envelope);
    expect(new Set(bodies).size).toBe(1);
    expect(bodies).toHaveLength(4);
  });

  it("is not repeated after a refusal, which keeps its code and facts", async () => {
    const { http, bodies } = httpWith([refusal(409, { code: "orders.limit", message: "Too much", facts: { limit_fen: 1 } })]);
    const error = await http.command("/api/x", {}).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(Refused);
    expect((error as Refused).problem).toEqual({ status: 409, code: "orders.limit", text: "Too much", facts: { limit_fen: 1 } });
    expect(bodies).toHaveLength(1);
  });

  it("that a device answers in its own time goes out once", async () => {
    const { http, bodies } = httpWith(["no answer", ok({})]);
    await expect(http.patient(http.envelope("/api/x", {}), 40_000)).rejects.toBeInstanceOf(NoAnswer);
    expect(bodies).toHaveLength(1);
  });

  it("tells the reader's language", async () => {
    const { http, headers } = httpWith([ok({})]);
    await http.command("/api/x", {});
    expect(headers[0]!.get("accept-language")).toBe("en");
  });

  it("reports a session that is over", async () => {
    const { http, signedOut } = httpWith([refusal(401, { code: "identity.signed_out" })]);
    await expect(http.get("/api/x")).rejects.toBeInstanceOf(Refused);
    expect(signedOut()).toBe(1);
  });

  it("survives an error page that is not ours", async () => {
    const { http } = httpWith([new Response("<html>", { status: 500 })]);
    const error = await http.get("/api/x").catch((caught: unknown) => caught);
    expect((error as Refused).problem.code).toBe("http.500");
  });
});

it("makes ids that are UUIDs of version 7 and differ", () => {
  const ids = new Set(Array.from({ length: 500 }, newId));
  expect(ids.size).toBe(500);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
});
