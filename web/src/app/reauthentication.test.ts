import { expect, test, vi } from "vitest";

import { Gate, sendOnceConfirmed } from "./reauthentication";

function refusal(code: string): Response {
  return Response.json({ status: 403, code, detail: "No." }, { status: 403 });
}

/** A server that wants a fresh log-in, and one that has it. */
function server(gate: Gate, code = "identity.reauth_required") {
  const state = { isFresh: false, bodies: [] as string[] };
  const send = async (request: Request) => {
    state.bodies.push(await request.text());
    return state.isFresh ? Response.json("done") : refusal(code);
  };
  const act = (body: string) =>
    sendOnceConfirmed(new Request("http://server/act", { method: "POST", body }), send, gate);
  return { state, act };
}

async function untilAsking(gate: Gate): Promise<void> {
  await vi.waitUntil(() => gate.isAsking);
}

test("an act is sent again, whole, once it is confirmed", async () => {
  const gate = new Gate();
  const { state, act } = server(gate);
  const acting = act("the same body");
  await untilAsking(gate);
  state.isFresh = true;
  gate.answer(true);
  await expect((await acting).json()).resolves.toBe("done");
  expect(state.bodies).toEqual(["the same body", "the same body"]);
  expect(gate.isAsking).toBe(false);
});

test("acts that come meanwhile wait for the same answer", async () => {
  const gate = new Gate();
  const { state, act } = server(gate);
  const heard = vi.fn();
  const acting = [act("one"), act("two")];
  await vi.waitUntil(() => state.bodies.length === 2);
  await untilAsking(gate);
  await new Promise((resolve) => setTimeout(resolve));
  gate.subscribe(heard);
  state.isFresh = true;
  gate.answer(true);
  expect(heard).toHaveBeenCalledTimes(1);
  const statuses = (await Promise.all(acting)).map((response) => response.status);
  expect(statuses).toEqual([200, 200]);
  expect(state.bodies.sort()).toEqual(["one", "one", "two", "two"]);
});

test("waved aside, the refusal stands and nothing is sent again", async () => {
  const gate = new Gate();
  const { state, act } = server(gate);
  const acting = act("body");
  await untilAsking(gate);
  gate.answer(false);
  const response = await acting;
  expect(response.status).toBe(403);
  await expect(response.json()).resolves.toMatchObject({ code: "identity.reauth_required" });
  expect(state.bodies).toHaveLength(1);
});

test("other refusals ask nothing", async () => {
  const gate = new Gate();
  const { state, act } = server(gate, "kit.forbidden");
  expect((await act("body")).status).toBe(403);
  const bare = await sendOnceConfirmed(
    new Request("http://server/act"),
    () => Promise.resolve(new Response("<html>", { status: 403 })),
    gate,
  );
  expect(bare.status).toBe(403);
  expect(gate.isAsking).toBe(false);
  expect(state.bodies).toHaveLength(1);
});
