// Reads `go test -json`: prints what failed and the counts, or, with --postgres, whether that engine's tests ran.
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

const wantPostgres = process.argv[2] === "--postgres";
const file = process.argv.at(-1);
const count = { pass: 0, fail: 0, skip: 0 };
const postgres = { pass: 0, fail: 0, skip: 0 };
const output = new Map();
const failed = [];

for await (const line of createInterface({ input: createReadStream(file) })) {
  if (!line.startsWith("{")) {
    console.log(line);
    continue;
  }
  const event = JSON.parse(line);
  const key = `${event.Package ?? event.ImportPath} ${event.Test ?? ""}`;
  if (event.Action === "output" || event.Action === "build-output") {
    output.set(key, (output.get(key) ?? "") + event.Output);
  }
  const skipped = event.Action === "skip" && event.Test; // a skipped check is no check
  if (event.Action === "fail" || event.Action === "build-fail" || skipped) failed.push(key);
  if (event.Test && event.Action in count) {
    count[event.Action]++;
    if (/\/postgres(\/|$)/i.test(event.Test)) postgres[event.Action]++;
  }
  if (event.Action === "pass") output.delete(key);
}

if (wantPostgres) {
  console.log(`note: PostgreSQL: ${postgres.pass} passed, ${postgres.fail} failed, ${postgres.skip} skipped`);
  process.exit(postgres.pass > 0 && postgres.skip === 0 ? 0 : 1);
}
for (const key of failed) console.log(`--- ${key}\n${(output.get(key) ?? "").slice(-8000)}`);
console.log(`note: ${count.pass} tests passed, ${count.fail} failed, ${count.skip} skipped`);
process.exit(failed.length > 0 || count.pass === 0 ? 1 : 0);
