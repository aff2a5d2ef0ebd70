// Carries out the scenario with openapi-fetch and the types that openapi-typescript makes of the contract.
//
// Usage: node program.ts SCENARIO.json, with SB_API_ENDPOINT and SB_AUTH_TOKEN; writes what it has seen to standard
// output.

import { readFileSync } from "node:fs";
import { argv, env, stdout } from "node:process";
import { calls, connect, type Answer } from "./operations.ts";

type Values = Record<string, unknown>;

interface Control {
  path: string;
  body: Values;
}

interface Step {
  name: string;
  control?: Control;
  call?: keyof typeof calls;
  arguments?: Values;
  body?: Values;
  token?: string;
  pages?: boolean;
  times?: number;
  until?: Values;
  meanwhile?: Control;
  capture?: Record<string, string>;
}

interface Seen {
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

/** An operation whose name is known only now: what it takes is in the scenario, out of the compiler's sight. */
type Call = (client: ReturnType<typeof connect>, given: Values, body: Values | undefined) => Promise<Answer>;

const MOST_CALLS = 20;

async function run(steps: Step[], url: string, token: string) {
  const names: Record<string, unknown> = {};
  const seen: { name: string; answers: Seen[] }[] = [];
  for (const step of steps) {
    if (step.control) {
      await control(url, step.control);
      continue;
    }
    const answers = await repeat(step, names, url, step.token ?? token);
    for (const [name, path] of Object.entries(step.capture ?? {})) {
      names[name] = valueAt(answers.at(-1)?.body, path);
    }
    seen.push({ name: step.name, answers });
  }
  return seen;
}

async function repeat(step: Step, names: Values, url: string, token: string): Promise<Seen[]> {
  if (!step.call) throw new Error(`${step.name}: neither a call nor a control step`);
  const client = connect(url, token);
  const call = calls[step.call] as Call;
  const given = substitute(step.arguments ?? {}, names) as Values;
  const body = substitute(step.body, names) as Values | undefined;
  const answers: Seen[] = [];
  while (answers.length < MOST_CALLS) {
    const { data, error, response } = await call(client, { ...given }, body);
    const answer = { status: response.status, headers: Object.fromEntries(response.headers), body: data ?? error };
    answers.push(answer);
    if (step.until && step.meanwhile) {
      if (Object.entries(step.until).every(([path, value]) => valueAt(answer.body, path) === value)) return answers;
      await control(url, step.meanwhile);
    } else if (step.pages) {
      const page = answer.body as { items: unknown[]; links: { rel: string }[] };
      if (!page.links.some((link) => link.rel === "next")) return answers;
      given["offset"] = Number(given["offset"]) + page.items.length;
    } else if (answers.length === (step.times ?? 1)) {
      return answers;
    }
  }
  throw new Error(`${step.name}: no end after ${MOST_CALLS} calls`);
}

/** Moves the simulator. */
async function control(url: string, { path, body }: Control): Promise<void> {
  const response = await fetch(new URL(`/_simulator/${path}`, url), { method: "POST", body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
}

function valueAt(document: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((value, part) => (value as Values)[part], document);
}

function substitute(value: unknown, names: Values): unknown {
  if (Array.isArray(value)) return value.map((entry) => substitute(entry, names));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, substitute(entry, names)]));
  }
  return typeof value === "string" && value.startsWith("$") ? names[value.slice(1)] : value;
}

const { SB_API_ENDPOINT: url, SB_AUTH_TOKEN: token } = env;
const file = argv[2];
if (!url || !token || !file) throw new Error("SB_API_ENDPOINT, SB_AUTH_TOKEN and a scenario are needed");
stdout.write(JSON.stringify(await run(JSON.parse(readFileSync(file, "utf-8")) as Step[], url, token)));
