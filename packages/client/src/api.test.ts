import { expect, test } from "vitest";

import { createApi, unwrap } from "./api";
import { ApiProblem, parseProblem, ServerUnreachable } from "./problem";

function answering(response: () => Response) {
  const api = createApi("http://server", () => Promise.resolve(response()));
  return unwrap(api.GET("/api/v1/auth/me"));
}

const problem = {
  type: "about:blank",
  title: "Invalid",
  status: 422,
  code: "kit.invalid",
  detail: "One field needs another value.",
  fields: [{ field: "email", problem: "Write it like name@example.org." }],
};

test("a good answer gives its body", async () => {
  const account = {
    id: "1",
    email: "a@example.org",
    display_name: "A",
    role: "owner",
    created_at: "",
  };
  await expect(answering(() => Response.json(account))).resolves.toEqual(account);
});

test("a problem document becomes an error that says its sentence", async () => {
  const refused = answering(() =>
    Response.json(problem, {
      status: 422,
      headers: { "Content-Type": "application/problem+json", "Retry-After": "7" },
    }),
  );
  const error = await refused.catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ApiProblem);
  expect(error).toMatchObject({
    message: "One field needs another value.",
    code: "kit.invalid",
    fields: { email: "Write it like name@example.org." },
    retryAfterSeconds: 7,
  });
});

test("an answer without a reason is still explained", async () => {
  await expect(answering(() => new Response("oops", { status: 500 }))).rejects.toMatchObject({
    code: "client.unexplained",
  });
});

test("silence, and a proxy that finds nobody behind it, are the same", async () => {
  const api = createApi("http://server", () => Promise.reject(new TypeError("fetch failed")));
  await expect(unwrap(api.GET("/api/v1/auth/me"))).rejects.toBeInstanceOf(ServerUnreachable);
  await expect(answering(() => new Response("", { status: 502 }))).rejects.toBeInstanceOf(
    ServerUnreachable,
  );
});

test("only a whole problem document is taken for one", () => {
  expect(parseProblem(JSON.stringify(problem))).toEqual(problem);
  expect(parseProblem('{"detail":"x"}')).toBeNull();
  expect(parseProblem("<html>")).toBeNull();
});
