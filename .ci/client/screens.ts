// A front-end in plain text. It knows only the description, and draws five screens from the demo. Each screen shows a name for every id, and takes at
// most three requests after sign-in. .ci/run runs it against the server: node screens.js <base URL>, with the password in AIMS_DEMO_PASSWORD.
import type { components, paths } from "../build/api";

type Schemas = components["schemas"];
type Reads = { [P in keyof paths]: paths[P] extends { get: { responses: { 200: { content: { "application/json": unknown } } } } } ? P : never }[keyof paths];
type Answer<P extends Reads> = paths[P] extends { get: { responses: { 200: { content: { "application/json": infer Body } } } } } ? Body : never;
type Query<P extends Reads> = paths[P] extends { get: { parameters: { query?: infer Q } } } ? ([NonNullable<Q>] extends [never] ? Record<string, never> : NonNullable<Q>) : never;

type Writes = { [P in keyof paths]: paths[P] extends { post: { requestBody: { content: { "application/json": unknown } } } } ? P : never }[keyof paths];
type Body<P extends Writes> = paths[P] extends { post: { requestBody: { content: { "application/json": infer B } } } } ? B : never;

type Session = paths["/sessions"]["post"]["responses"][201]["content"]["application/json"];

declare const process: { argv: string[]; env: { [name: string]: string | undefined } };

const base = process.argv[2] ?? "http://127.0.0.1:8080";
const most = 3; // requests of a screen

async function signIn(username: string): Promise<string> {
  const credentials: Schemas["Credentials"] = { username, password: process.env["AIMS_DEMO_PASSWORD"] ?? "" };
  const response = await fetch(`${base}/api/v1/sessions`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(credentials) });
  if (!response.ok) throw new Error(`${username} cannot sign in: ${response.status}`);
  const session: Session = await response.json();
  if (!session.token) throw new Error("the session has no token");
  return session.token;
}

// post sends a write about one record, and tells how it was answered: nothing, or the refusal.
async function post<P extends Writes>(token: string, path: P, id: string, body: Body<P>, query = "", version = 0): Promise<Schemas["Problem"] | null> {
  const headers = { Authorization: `Bearer ${token}`, "Accept-Language": "nb", "Content-Type": "application/json", ...(version > 0 ? { "If-Match": `"${version}"` } : {}) };
  const response = await fetch(`${base}/api/v1${path.replace("{id}", id)}${query}`, { method: "POST", headers, body: JSON.stringify(body) });
  return response.ok ? null : response.json();
}

// Screen reads what a screen needs, and holds what it draws.
class Screen {
  private requests = 0;
  private readonly lines: string[] = [];
  private names: { [value: string]: Schemas["Summary"] | null } = {};

  constructor(
    readonly title: string,
    private readonly token: string,
  ) {}

  async get<P extends Reads>(path: P, query: Query<P>, id = ""): Promise<Answer<P>> {
    this.requests++;
    const search = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
    const response = await fetch(`${base}/api/v1${path.replace("{id}", id)}?${search}`, { headers: { Authorization: `Bearer ${this.token}`, "Accept-Language": "nb" } });
    if (!response.ok) {
      const problem: Schemas["Problem"] = await response.json();
      throw new Error(`${this.title}: ${path}: ${problem.status} ${problem.code}: ${problem.detail}`);
    }
    return response.json();
  }

  // knows keeps the names that an answer expands.
  knows(expanded: Schemas["Expanded"] | undefined): void {
    Object.assign(this.names, expanded ?? {});
  }

  // name is what people read for an id, a key or a path.
  name(value: string | null): string {
    if (value === null || value === "") return "–";
    const known = this.names[value];
    if (!known) throw new Error(`${this.title}: ${value} has no name`);
    return known.title;
  }

  // person is the name of who sits in a seat.
  person(membership: string): string {
    const seat = this.names[membership];
    return this.name(seat?.names?.["user"]?.[0] ?? membership);
  }

  list(values: string[]): string {
    return values.map((v) => this.name(v)).join(", ");
  }

  draw(line: string): void {
    this.lines.push(line);
  }

  // need fails when the demo lacks what a part of the screen shows, because then nothing proves that part.
  need(what: string, n: number): void {
    if (n === 0) throw new Error(`${this.title}: no ${what} to draw`);
  }

  show(): void {
    const text = [`== ${this.title} (${this.requests} requests)`, ...this.lines].join("\n");
    console.log(text + "\n");
    if (this.requests > most) throw new Error(`${this.title} takes ${this.requests} requests`);
    if (/[0-9a-f]{8}-[0-9a-f]{4}-/i.test(text)) throw new Error(`${this.title} shows an id`);
    if (this.lines.length < 5) throw new Error(`${this.title} shows next to nothing`);
  }
}

const label = (text: Schemas["Text"]): string => text.nb ?? text.en ?? "";

// choices gives the labels of one choice list.
function choices(enums: Schemas["EnumList"], name: string): (value: string) => string {
  const labels = new Map(enums.items.find((e) => e.name === name)?.choices.map((c) => [c.value, label(c.label)]));
  return (value) => {
    const known = labels.get(value);
    if (!known) throw new Error(`${name} has no label for ${value}`);
    return known;
  };
}

async function home(token: string): Promise<void> {
  const screen = new Screen("Home", token);
  const me = await screen.get("/me", { expand: ["unit"] });
  const tasks = await screen.get("/me/tasks", { expand: ["scope"] });
  const news = await screen.get("/me/notifications", {});
  screen.knows(me.expanded);
  screen.knows(tasks.expanded);
  screen.draw(`${me.name ?? ""}, ${screen.name(me.unit)}`);
  for (const seat of me.memberships) screen.draw(`seat: ${label(seat.body)}`);
  screen.need("task", tasks.items.length);
  screen.need("notification", news.items.length);
  for (const task of tasks.items) screen.draw(`${task.overdue ? "!" : " "} ${label(task.label)}: ${task.title} (${screen.name(task.scope)}) ${task.due ?? ""}`);
  screen.draw(`${tasks.count} tasks, ${news.items.length} notifications`);
  for (const one of news.items) screen.draw(`- ${label(one.label)}: ${one.title}`);
  screen.show();
}

async function riskList(token: string): Promise<string> {
  const screen = new Screen("Risks", token);
  const page = await screen.get("/risks", { scope: "/siv/", limit: 20, count: true, facets: ["status", "level", "owner_id"], expand: ["owner", "register", "scope"] });
  const owners = Object.keys(page.facets?.["owner_id"] ?? {});
  const people = await screen.get("/people", { id: owners });
  const enums = await screen.get("/enums", {});
  screen.knows(page.expanded);
  const state = choices(enums, "RiskStatus");
  const level = choices(enums, "RiskLevel");
  for (const [status, n] of Object.entries(page.facets?.["status"] ?? {})) screen.draw(`[ ] ${state(status)} ${n}`);
  for (const [rank, n] of Object.entries(page.facets?.["level"] ?? {})) screen.draw(`[ ] ${level(rank)} ${n}`);
  if (people.items.length !== owners.length) throw new Error("an owner has no name");
  for (const person of people.items) screen.draw(`[ ] ${person.name ?? "–"} ${page.facets?.["owner_id"]?.[person.id] ?? 0}`);
  screen.draw(`${page.total ?? 0} risks`);
  for (const risk of page.items) {
    const marks = (risk.overdue ? "! " : "") + (risk.acceptance_stale ? "~ " : "");
    screen.draw(`${risk.number} ${marks}${risk.title} | ${state(risk.status)} | ${risk.level ? level(risk.level) : "–"} | ${screen.name(risk.owner_id)} | ${screen.name(risk.register_id)} | ${screen.name(risk.scope)}`);
  }
  screen.show();
  const full = page.items.find((r) => r.treatments.length > 0 && r.acceptances.length > 0 && r.responsible_ids.length > 0);
  if (!full) throw new Error("the demo has no risk that was treated and accepted");
  return full.id;
}

async function riskDetail(token: string, id: string): Promise<void> {
  const screen = new Screen("Risk", token);
  const risk = await screen.get("/risks/{id}", { expand: ["owner", "by", "created_by", "responsible", "responsible_ids", "added_by", "ended_by", "body", "deputy_for", "controls", "register", "scope", "method", "clauses", "objectives"] }, id);
  const comments = await screen.get("/risks/{id}/comments", { expand: ["created_by"] }, id);
  const events = await screen.get("/risks/{id}/events", { expand: ["actor"], limit: 20 }, id);
  screen.knows(risk.expanded);
  screen.knows(comments.expanded);
  screen.knows(events.expanded);
  screen.draw(`${risk.number} ${risk.title}, ${screen.name(risk.scope)}, ${screen.name(risk.register_id)}`);
  screen.draw(`owner ${screen.name(risk.owner_id)}, identified by ${screen.name(risk.created_by)}`);
  screen.draw(`responsible ${screen.list(risk.responsible_ids)}; controls ${screen.list(risk.controls)}`);
  screen.draw(`clauses ${screen.list(risk.clauses)}; objectives ${screen.list(risk.objectives)}`);
  screen.need("assessment", risk.assessments.length);
  screen.need("treatment", risk.treatments.length);
  screen.need("acceptance", risk.acceptances.length);
  screen.need("action", risk.allowed_actions?.length ?? 0);
  screen.need("comment", comments.items.length);
  for (const a of risk.assessments) screen.draw(`assessed ${a.stage} ${a.level} by ${screen.name(a.by)} with ${screen.name(a.method_id)}: ${a.rationale}`);
  for (const t of risk.treatments) screen.draw(`${t.option}: ${t.plan} (${screen.name(t.responsible_id)}, added by ${screen.name(t.added_by)}; ${screen.list(t.controls)})`);
  for (const a of risk.acceptances) screen.draw(`accepted by ${screen.name(a.by)} for ${screen.name(a.authority?.body_id ?? null)} until ${a.until ?? ""}`);
  for (const action of risk.allowed_actions ?? []) screen.draw(`<${action}>`);
  for (const c of comments.items) screen.draw(`"${c.text}" ${screen.name(c.created_by)}`);
  for (const e of events.items) {
    const title = e.kind === "risk" ? (e.document?.title ?? "") : e.number; // the kind tells which document it is
    screen.draw(`${e.time} ${e.action} ${screen.name(e.actor)} ${title}`);
  }
  if (!risk.allowed_actions?.includes("assess")) throw new Error("the working group may assess the risk");
  const refusal = await post(token, "/risks/{id}/close", id, { reason: "not_a_risk", note: "Prøves bare." }, "?dry_run=true", risk.version); // one more request, made when a button is touched
  screen.draw(refusal ? `close: ${refusal.detail}` : "close: ready");
  screen.show();
}

async function statementEditor(token: string): Promise<void> {
  const screen = new Screen("Statement of applicability", token);
  const drafts = await screen.get("/statements-of-applicability", { status: ["draft"], limit: 1 });
  const draft = drafts.items[0];
  if (!draft) throw new Error("the demo has no draft");
  const soa = await screen.get("/statements-of-applicability/{id}", { expand: ["control", "owner", "evidence", "requirement", "risk_ids", "obligation_ids", "scope", "created_by"] }, draft.id);
  const enums = await screen.get("/enums", {});
  screen.knows(soa.expanded);
  const applies = choices(enums, "ControlApplicability");
  const progress = choices(enums, "ControlImplementation");
  screen.draw(`${soa.number} ${soa.title ?? ""}, ${screen.name(soa.scope)}, by ${screen.name(soa.created_by)}`);
  for (const row of soa.rows) {
    screen.draw(
      [
        `${row.requirement ?? ""} ${screen.name(row.requirement)}`,
        screen.name(row.control_id),
        applies(row.applicability),
        row.justification,
        progress(row.implementation_status),
        screen.name(row.owner_id),
        `evidence ${row.evidence.map((e) => `${screen.name(e.evidence_id)} (edition ${e.edition})`).join(", ")}`,
        `risks ${screen.list(row.risk_ids)}`,
        `obligations ${screen.list(row.obligation_ids)}`,
      ].join(" | "),
    );
  }
  screen.need("evidence", soa.rows.flatMap((r) => r.evidence).length);
  if (soa.rows.length < 38) throw new Error(`${soa.rows.length} rows`);
  screen.show();
}

async function meeting(token: string): Promise<void> {
  const screen = new Screen("Meeting", token);
  const held = await screen.get("/meetings", { scope: "/siv/", status: ["minutes_approved"], limit: 1 });
  const one = held.items[0];
  if (!one) throw new Error("the demo has no meeting with minutes");
  const m = await screen.get("/meetings/{id}", { expand: ["body", "agenda", "case", "membership.user", "mandate", "submitted_by", "approved_by", "created_by", "scope"] }, one.id);
  const enums = await screen.get("/enums", {});
  const presence = choices(enums, "MeetingPresence");
  screen.knows(m.expanded);
  screen.need("agenda", m.agenda.length);
  screen.need("attendance", m.attendance.length);
  screen.draw(`${m.number} ${m.title}, ${screen.name(m.body_id)}, ${m.day}`);
  screen.draw(`by ${screen.name(m.mandate_id)}, called by ${screen.name(m.created_by)}`);
  m.agenda.forEach((c, i) => screen.draw(`${i + 1}. ${screen.name(c)}`));
  for (const a of m.attendance) screen.draw(`${presence(a.presence)}: ${screen.person(a.membership_id)}`);
  if (m.quorum) screen.draw(`quorum: ${m.quorum.present} of ${m.quorum.required}`);
  for (const minutes of m.minutes) {
    screen.draw(`minutes ${minutes.edition} by ${screen.name(minutes.submitted_by)}, approved by ${screen.name(minutes.approved_by)}: ${minutes.summary ?? ""}`);
    for (const item of minutes.items) screen.draw(`- ${screen.name(item.case_id)}: ${item.text}`);
  }
  screen.show();
}

const group = await signIn("group");
await home(await signIn("council"));
const risk = await riskList(group);
const asked = await post(await signIn("council"), "/risks/{id}/comments", risk, { text: "Er det prøvd på nattevakt?" }); // the demo has no comment
if (asked) throw new Error(`the council cannot comment: ${asked.detail}`);
await riskDetail(group, risk);
await statementEditor(group);
await meeting(await signIn("secretariat"));
