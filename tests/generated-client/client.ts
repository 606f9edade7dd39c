// A case system's day, by a client that was generated from /openapi/v1.json: push a case, link what the officer recorded, look the
// case's evidence up, and fetch it through a link. Prints one line of JSON.
import createClient from "openapi-fetch";
import type { components, paths } from "./evidence.js";

declare const process: { env: Record<string, string | undefined> };

function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

// What the server refuses is a problem: its sentence is for people.
function granted<T>(answer: { data?: T; error?: components["schemas"]["ProblemDetails"]; response: Response }): T {
  if (answer.data === undefined) throw new Error(`${answer.response.status}: ${answer.error?.detail ?? ""}`);
  return answer.data;
}

const api = createClient<paths>({ baseUrl: setting("SERVER"), headers: { Authorization: `Bearer ${setting("TOKEN")}` } });
const number = setting("CASE");

const pushed = granted(await api.PUT("/api/v1/cases/{number}", {
  params: { path: { number } },
  body: { matter: null, agency: "城市管理局", retentionClass: null, state: "Open", executedOn: null },
}));
const page = granted(await api.GET("/api/v1/items", { params: { query: { recorder: setting("RECORDER"), limit: 10 } } }));
const item = page.items[0]?.item;
if (!item) throw new Error("the recorder brought nothing");

await api.POST("/api/v1/cases/{number}/items", {
  params: { path: { number }, header: { "Idempotency-Key": "client-1" } },
  body: { items: [item], why: "本案现场记录" },
});
const found = granted(await api.GET("/api/v1/cases/{number}", { params: { path: { number } } }));
const detail = granted(await api.GET("/api/v1/items/{id}", { params: { path: { id: found.items[0] ?? "" } } }));
const link = granted(await api.POST("/api/v1/items/{id}/links", {
  params: { path: { id: detail.summary.item } },
  body: { rendition: "proxy", minutes: 10 },
}));
const content = await (await fetch(link.url)).arrayBuffer();

// What is out of reach is a problem of the shape that the document shows.
const refused = await api.GET("/api/v1/items/{id}", { params: { path: { id: "ev-20000101-nothing000" } } });

console.log(JSON.stringify({ case: pushed.number, items: found.items, state: detail.summary.state, bytes: content.byteLength, refused: refused.error?.detail }));
