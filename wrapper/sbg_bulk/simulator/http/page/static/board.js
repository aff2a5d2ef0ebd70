// The live view: asks the simulator every second what there is, and shows it. Whatever comes from the simulator is put on
// the page as text, never as markup; elements are kept while what they stand for is there, and with them the focus.

const CONTROL = "/_simulator/";
const EVERY = 1000; // milliseconds
const PATIENCE = 5000; // milliseconds

const $ = (id) => document.getElementById(id);
let world = null;
let asked = 0; // numbers the questions: an answer that is overtaken by another is not shown
let timer;

// Asking

/** There is no answer, or none that the simulator would give. */
class Lost extends Error {}

async function control(method, name, body) {
  let response, answer;
  try {
    response = await fetch(CONTROL + name, {
      method,
      headers: body && { "Content-Type": "application/json" },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE),
    });
    answer = await response.json();
  } catch {
    throw new Lost("The simulator does not respond. Retrying.");
  }
  if (!response.ok) throw new Error(answer.message);
  return answer;
}

async function refresh() {
  clearTimeout(timer);
  const question = ++asked;
  try {
    const opened = [...$("board").querySelectorAll("details[open]")];
    const query = new URLSearchParams(opened.map((details) => ["open", details.dataset.id]));
    const board = await control("GET", `board?${query}`);
    if (question !== asked) return;
    if ($("lost").textContent) say("The simulator is responding again.");
    set($("lost"), "");
    show(board);
  } catch (error) {
    if (question !== asked) return;
    set($("lost"), error.message);
  }
  if (!document.hidden) timer = setTimeout(refresh, EVERY);
}

/** Have something done, and tell what was. If it is refused, tell why: at the field that is to blame, if there is one. */
async function act(method, name, body, done, field) {
  let told = "";
  let wrong = "";
  try {
    told = done(await control(method, name, body));
  } catch (error) {
    if (error instanceof Lost) set($("lost"), error.message);
    else if (field) wrong = error.message;
    else told = error.message;
  }
  say(told);
  if (field) {
    set($(`${field}-error`), wrong);
    $(field).setAttribute("aria-invalid", wrong !== "");
  }
  await refresh();
}

// Showing

function say(text) {
  $("said").textContent = text;
}

function set(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function element(name, attributes = {}, ...children) {
  const made = Object.assign(document.createElement(name), attributes);
  made.append(...children);
  return made;
}

/** Make the children of the parent stand for the entries, in their order; keep those that do already. */
function match(parent, entries, key, make, fill = () => {}) {
  const there = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  const wanted = entries.map((entry) => {
    const child = there.get(String(key(entry))) ?? make(entry);
    child.dataset.key = key(entry);
    fill(child, entry);
    return child;
  });
  for (const child of [...parent.children]) if (!wanted.includes(child)) child.remove();
  wanted.forEach((child, index) => {
    if (parent.children[index] !== child) parent.insertBefore(child, parent.children[index] ?? null);
  });
}

const number = (value) => value.toLocaleString("en");
const plural = (count, noun) => `${number(count)} ${noun}${count === 1 ? "" : "s"}`;
const date = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " ");
const clock = (seconds) => date(seconds).slice(11);
const rest = (more, nouns) => (more ? `… and ${number(more)} more ${nouns}` : "");

function size(bytes) {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  for (; bytes >= 1024 && unit < units.length - 1; unit += 1) bytes /= 1024;
  return `${unit ? bytes.toFixed(1) : bytes} ${units[unit]}`;
}

function show(board) {
  const another = board.world !== world;
  // What has the same id or number in another world is not the same.
  if (another) for (const id of ["jobs", "faults", "requests", "projects"]) $(id).replaceChildren();
  set($("now"), `${date(board.now)} UTC`);
  $("now").dateTime = new Date(board.now * 1000).toISOString();
  showRate(board.rate, board.now);
  showJobs(board.jobs);
  showFaults(board.faults);
  showRequests(board.requests);
  showProjects(board);
  if (!another) return;
  world = board.world;
  $("name").replaceChildren(...board.seeds.map((name) => new Option(name, name, false, name === board.seed)));
  for (const operation of board.operations) {
    if (![...$("op").options].some((option) => option.value === operation)) $("op").add(new Option(operation));
  }
  document.dispatchEvent(new Event("started"));
}

function showRate(rate, now) {
  $("budget").hidden = rate === null;
  set($("remaining"), rate ? `${number(rate.remaining)} of ${number(rate.limit)} left` : "No limit");
  set($("reset"), rate ? `Resets in ${Math.ceil(rate.reset - now)} s (${clock(rate.reset)})` : "");
  if (rate) Object.assign($("budget"), { max: rate.limit, low: rate.limit / 10, value: rate.remaining });
}

function showJobs({ shown, more }) {
  $("no-jobs").hidden = shown.length > 0;
  match($("jobs"), shown, (job) => job.id, makeJob, fillJob);
  set($("more-jobs"), rest(more, "jobs"));
}

function makeJob(job) {
  const line = element("summary", {},
    element("b", { textContent: job.type }), element("code", { textContent: job.id }),
    element("span", { className: "state" }), element("progress", { ariaLabel: `Files of job ${job.id}` }),
    element("small", { className: "counts" }, element("span"), element("span", { className: "bad" })));
  return element("li", {}, openable(job.id, line, element("div")));
}

function fillJob(item, job) {
  const [line, content] = item.firstChild.children;
  const past = job.completed + job.failed;
  const finished = job.state === "FINISHED";
  set(line.children[2], job.state);
  line.children[2].className = `state ${finished ? "good" : "busy"}`;
  // Nothing is counted before the job runs.
  Object.assign(line.children[3], { max: job.total || 1, value: finished && !job.total ? 1 : past });
  const counts = `${number(job.completed)} of ${plural(job.total, "file")} done`;
  const [done, failed] = line.children[4].children;
  set(done, job.total || finished ? counts : "files not counted yet");
  set(failed, job.failed ? `, ${number(job.failed)} failed` : "");
  if (job.items) showItems(content, job);
}

function showItems(content, { id, items: { shown, more } }) {
  if (!content.firstChild) {
    const heads = ["Item", "Result"].map((textContent) => element("th", { scope: "col", textContent }));
    const caption = element("caption", { className: "out-of-sight", textContent: "Items, failed ones first" });
    const table = element("table", {}, caption, element("thead", {}, element("tr", {}, ...heads)), element("tbody"));
    content.append(
      element("div", { className: "scroll", tabIndex: 0, role: "region", ariaLabel: `Items of job ${id}` }, table),
      element("p", { className: "quiet" }),
    );
  }
  match(content.querySelector("tbody"), shown, (item) => item.index, () => row(element("code"), ""), (line, item) => {
    const [file, outcome] = line.children;
    set(file.firstChild, item.file);
    set(outcome, item.error ?? item.became ?? "waiting");
    outcome.className = item.error ? "bad" : item.became ? "good" : "busy";
  });
  set(content.lastChild, rest(more, "items"));
}

function showFaults(faults) {
  $("no-faults").hidden = faults.length > 0;
  $("armed").hidden = $("disarm").hidden = faults.length === 0;
  match($("faults"), faults.map((fault, index) => ({ ...fault, index })), (fault) => `${fault.index} ${fault.rule}`,
    (fault) => row(element("code", { textContent: fault.rule }), "", ""),
    (line, fault) => [fault.seen, fault.struck].forEach((count, index) => {
      const cell = line.children[index + 1];
      cell.className = "number";
      set(cell, number(count));
    }));
}

function showRequests({ shown, more }) {
  $("no-requests").hidden = shown.length > 0;
  $("log").hidden = shown.length === 0;
  match($("requests"), shown, (request) => request.number, () => row("", element("code"), "", ""), fillRequest);
  set($("more-requests"), rest(more, "requests"));
}

function fillRequest(line, request) {
  const [time, what, status, fault] = line.children;
  set(time, clock(request.time));
  set(what.firstChild, `${request.method} ${request.path}${request.query && `?${request.query}`}`);
  set(status, request.status === null ? "none" : String(request.status));
  status.className = `number ${request.status < 400 && request.status !== null ? "good" : "bad"}`;
  set(fault, request.fault ?? "");
}

function row(...cells) {
  return element("tr", {}, ...cells.map((cell) => element("td", {}, cell)));
}

// The tree

function showProjects({ projects, folders }) {
  $("no-projects").hidden = projects.length > 0;
  const roots = projects.map(({ id, root, entries }) => ({ id: root, name: id, entries }));
  showEntries($("projects"), { shown: roots, more: 0 }, folders);
}

function showEntries(list, { shown, more }, folders) {
  const entries = more ? [...shown, { id: "more", more }] : shown;
  match(list, entries, (entry) => entry.id, makeEntry, (item, entry) => fillEntry(item, entry, folders));
}

function makeEntry(entry) {
  if (entry.more) return element("li", { className: "quiet" });
  const line = [element("span"), " ", element("small"), " ", element("code", { textContent: entry.id })];
  if (entry.entries === undefined) return element("li", {}, ...line);
  return element("li", {}, openable(entry.id, element("summary", {}, ...line), element("ul", { className: "tree" })));
}

function fillEntry(item, entry, folders) {
  if (entry.more) {
    set(item, rest(entry.more, "entries"));
    return;
  }
  set(item.querySelector("span"), entry.name);
  const entries = entry.entries === 1 ? "1 entry" : `${number(entry.entries ?? 0)} entries`;
  set(item.querySelector("small"), entry.entries === undefined ? size(entry.size) : entries);
  if (entry.id in folders) showEntries(item.querySelector("ul"), folders[entry.id], folders);
}

function openable(id, summary, content) {
  const details = element("details", {}, summary, content);
  details.dataset.id = id;
  details.addEventListener("toggle", () => details.open && refresh());
  return details;
}

// Acting

function advance(seconds) {
  act("POST", "advance", { seconds }, ({ now }) => `Advanced by ${number(seconds)} s, to ${clock(now)}.`, "seconds");
}

for (const button of document.querySelectorAll("[data-seconds]")) {
  button.addEventListener("click", () => advance(Number(button.dataset.seconds)));
}

$("advance").addEventListener("submit", (event) => {
  event.preventDefault();
  advance($("seconds").valueAsNumber);
});

$("seed").addEventListener("submit", (event) => {
  event.preventDefault();
  act("POST", "seed", { name: $("name").value }, ({ seed }) => `Reset to the seed ${seed}.`);
});

function writeRule() {
  const words = [$("kind").value, $("op").value && `op=${$("op").value}`, $("times").value && `times=${$("times").value}`];
  $("rule").value = words.filter(Boolean).join(" ");
}

for (const id of ["kind", "op", "times"]) $(id).addEventListener("input", writeRule);

$("fault").addEventListener("submit", (event) => {
  event.preventDefault();
  act("POST", "faults", { rule: $("rule").value }, ({ rule }) => `Armed: ${rule}`, "rule");
});

$("disarm").addEventListener("click", async () => {
  await act("DELETE", "faults", undefined, () => "All faults disarmed.");
  $("rule").focus(); // the button has gone
});

for (const link of document.querySelectorAll("nav a")) {
  // Following the link scrolls; that the next Tab goes on from there is left to chance by some browsers.
  link.addEventListener("click", () => $(link.hash.slice(1)).focus());
}

document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : refresh()));
writeRule();
refresh();
