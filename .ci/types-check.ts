// Uses the generated types as a front-end would; `tsc --strict` compiles it, nothing runs it.
import type { components, operations } from "./build/api";

type Schemas = components["schemas"];
type Json<T> = T extends { content: { "application/json": infer Body } } ? Body : never;
type Takes<Id extends keyof operations> = Json<NonNullable<operations[Id]["requestBody"]>>;
type Gives<Id extends keyof operations> = { [S in 200 | 201]: operations[Id]["responses"] extends Record<S, infer Ok> ? Json<Ok> : never }[200 | 201];
type Query<Id extends keyof operations> = NonNullable<operations[Id]["parameters"]["query"]>;

const base = "http://127.0.0.1:8080/api/v1";
const detail = (p: Schemas["Problem"]): string => `${p.status} ${p.code}: ${p.detail} ${(p.errors ?? []).map((e) => e.pointer + " " + e.detail).join()}`;

async function call<T>(method: string, path: string, headers: Record<string, string> = {}, body?: unknown): Promise<{ data: T; etag: string }> {
  const json = body === undefined ? {} : { body: JSON.stringify(body) };
  const res = await fetch(base + path, { method, headers: { "Content-Type": "application/json", ...headers }, ...json });
  if (!res.ok) throw new Error(detail((await res.json()) as Schemas["Problem"]));
  return { data: (await res.json()) as T, etag: res.headers.get("ETag") ?? "" };
}

// Signs in, lists the high risks, and accepts the first one that may be accepted, in the version that was read.
export async function acceptFirst(username: string, password: string): Promise<Schemas["RiskStatus"]> {
  const credentials: Takes<"signIn"> = { username, password };
  const session = (await call<Gives<"signIn">>("POST", "/sessions", {}, credentials)).data;
  const auth = { Authorization: `Bearer ${session.token ?? ""}` };

  const query: Query<"listRisks"> = { scope: "/siv/", status: ["assessed", "treating"], level: ["high"], include: "allowed_actions", sort: "-level_rank" };
  const search = new URLSearchParams(Object.entries(query).flatMap(([k, v]) => [v].flat().map((x) => [k, String(x)])));
  const page = (await call<Gives<"listRisks">>("GET", `/risks?${search}`, auth)).data;
  const first = page.items.find((r) => r.allowed_actions?.includes("accept"));
  if (!first) throw new Error("none to accept");

  const read = await call<Gives<"getRisk">>("GET", `/risks/${first.id}`, auth);
  const match: operations["acceptRisk"]["parameters"]["header"] = { "If-Match": read.etag };
  const reason: Takes<"acceptRisk"> = { reason: `Restrisikoen er ${read.data.residual?.level ?? "ikke vurdert"}.`, until: "2027-03-01" };
  const accepted = (await call<Gives<"acceptRisk">>("POST", `/risks/${first.id}/accept`, { ...auth, ...match }, reason)).data;
  return accepted.status;
}
