'use strict';
// The rows of the benchmarks that Node's Promise, await and timers have too.
//
//     node rows.js
//
// It prints "ready node VERSION". Then each line on standard input, "ROW
// MILLISECONDS", is answered by "NS_PER_OP COUNT BEST" after the row was run for
// about that long, where BEST is the NS_PER_OP of the best slice of some 10 ms, by
// "none" if there is no such row here, or by "error TEXT". It ends with its input.
//
// A row is a function of how many operations to run. It returns a sum that proves
// that they were done, or that and the nanoseconds if it leaves something out. The
// callbacks of a chain are added with then; the end of each operation is awaited, so
// that the next one begins with an empty queue.

const inc = (v) => v + 1;
const recover = () => 1;
const failure = new Error('the error of the row fail-and-recover'); // made once: a stack trace costs more than all the rest

// deferred returns a pending promise and leaves what resolves and rejects it in
// these two, without an object for the three.
let resolve;
let reject;
const executor = (res, rej) => {
  resolve = res;
  reject = rej;
};
const deferred = () => new Promise(executor);

async function oneCallback(ops) {
  let sum = 0;
  for (let i = 0; i < ops; i++) {
    const last = deferred().then(inc);
    resolve(0);
    sum += await last;
  }
  return sum;
}

const callbacks = (n) => async (ops) => {
  let sum = 0;
  for (let i = 0; i < ops; i++) {
    let last = deferred();
    const fire = resolve;
    for (let j = 0; j < n; j++) last = last.then(inc);
    fire(0);
    sum += await last;
  }
  return sum;
};

const answered = (v) => Promise.resolve(v + 1);

// thousandChained awaits each step: a callback of then that answers with a promise
// is slower in Node, and nobody would write it.
async function thousandChained(ops) {
  let sum = 0;
  for (let i = 0; i < ops; i++) {
    const first = deferred();
    resolve(0);
    let v = await first;
    for (let j = 0; j < 1000; j++) v = await answered(v);
    sum += v;
  }
  return sum;
}

async function failAndRecover(ops) {
  let sum = 0;
  for (let i = 0; i < ops; i++) {
    const last = deferred().catch(recover);
    reject(failure);
    sum += await last;
  }
  return sum;
}

// many makes n promises, has combine make one of them, and resolves them all.
const many = (n, combine, size) => async (ops) => {
  let sum = 0;
  for (let i = 0; i < ops; i++) {
    const promises = new Array(n);
    const fire = new Array(n);
    for (let j = 0; j < n; j++) {
      promises[j] = deferred();
      fire[j] = resolve;
    }
    const all = combine(promises);
    for (let j = 0; j < n; j++) fire[j](j);
    sum += size(await all);
  }
  return sum;
};

// race resolves the last one alone; the others have lost, and are left as they are.
const race = (n) => async (ops) => {
  let sum = 0;
  for (let i = 0; i < ops; i++) {
    const promises = new Array(n);
    for (let j = 0; j < n; j++) promises[j] = deferred();
    const fire = resolve;
    const first = Promise.race(promises);
    fire(1);
    sum += await first;
  }
  return sum;
};

const positive = (v) => v > 0;

async function thenOne(ops) {
  let sum = 0;
  for (let i = 0; i < ops; i++) if (await Promise.resolve(1).then(positive)) sum++;
  return sum;
}

async function thenPending(ops) {
  let sum = 0;
  for (let i = 0; i < ops; i++) {
    const last = deferred().then(positive);
    resolve(1);
    if (await last) sum++;
  }
  return sum;
}

// awaitPending has two async functions that fire what the other one awaits, in
// turn: each hand-over is one await of a pending promise.
async function awaitPending(ops) {
  let fireOther = null;
  const player = async (turns) => {
    let sum = 0;
    for (let i = 0; i < turns; i++) {
      const mine = deferred();
      const fire = fireOther;
      fireOther = resolve;
      if (fire !== null) fire(1);
      sum += await mine;
    }
    return sum;
  };
  const first = player(Math.ceil(ops / 2));
  const second = player(Math.floor(ops / 2));
  const end = async (p) => {
    const sum = await p;
    if (fireOther !== null) fireOther(1); // the other one's last turn has nobody else
    return sum;
  };
  const sums = await Promise.all([end(first), end(second)]);
  return sums[0] + sums[1];
}

async function awaitFired(ops) {
  const fired = Promise.resolve(1);
  let sum = 0;
  for (let i = 0; i < ops; i++) sum += await fired;
  return sum;
}

const body = async (v) => v;

// made keeps what awaitCreate makes. The compiler leaves out a promise that nobody
// can see.
const made = new Array(64).fill(null);

async function awaitCreate(ops) {
  for (let i = 0; i < ops; i++) made[i & 63] = body(ops);
  return ops === 0 ? 0 : made[(ops - 1) & 63];
}

// Timers. Those that are pending beside others are due long after the row, and are
// spread over a minute: Node has a list for each duration.
const far = (i) => 100_000 + ((i * 7919) % 60_000);
const nothing = () => {};

async function setCancel(ops) {
  for (let i = 0; i < ops; i++) clearTimeout(setTimeout(nothing, far(i)));
  return ops;
}

// beside sets n timers while a row runs.
const beside = (n) => {
  let pending = [];
  return {
    before() {
      for (let i = 0; i < n; i++) pending.push(setTimeout(nothing, far(i)));
    },
    after() {
      pending.forEach(clearTimeout);
      pending = [];
    },
  };
};

// setFire counts the setting, and the firing when all are due: the time until then
// is spent without counting it.
const setFire = (n) => async (ops) => {
  let fired = 0;
  let ns = 0n;
  for (let i = 0; i < ops; i++) {
    await new Promise((done) => {
      let left = n;
      const fire = () => {
        fired++;
        if (--left === 0) done();
      };
      let began = process.hrtime.bigint();
      for (let j = 0; j < n; j++) setTimeout(fire, 1 + (j % 16));
      ns += process.hrtime.bigint() - began;
      const due = process.hrtime.bigint() + 20_000_000n;
      while (process.hrtime.bigint() < due);
      ns -= process.hrtime.bigint();
    });
    ns += process.hrtime.bigint();
  }
  return { sum: fired, ns: Number(ns) };
};

const length = (a) => a.length;

// The rows: how they run, and what one operation adds to the sum.
const plain = {
  'deferred/one-callback': { run: oneCallback, each: 1 },
  'deferred/ten-callbacks': { run: callbacks(10), each: 10 },
  'deferred/thousand-chained': { run: thousandChained, each: 1000 },
  'deferred/gather-100': { run: many(100, (p) => Promise.all(p), length), each: 100 },
  'deferred/fail-and-recover': { run: failAndRecover, each: 1 },
  'then/one': { run: thenOne, each: 1 },
  'then/pending': { run: thenPending, each: 1 },
  'await/pending': { run: awaitPending, each: 1 },
  'await/fired': { run: awaitFired, each: 1 },
  'await/create': { run: awaitCreate, each: 1 },
};

// Those with a size.
const sized = {
  chain: (n) => ({ run: callbacks(n), each: n }),
  list: (n) => ({ run: many(n, (p) => Promise.allSettled(p), length), each: n }),
  gather: (n) => ({ run: many(n, (p) => Promise.all(p), length), each: n }),
  race: (n) => ({ run: race(n), each: 1 }),
  'timers/set-cancel': (n) => ({ run: setCancel, each: 1, ...beside(n) }),
  'timers/set-fire': (n) => ({ run: setFire(n), each: n }),
};

const largest = 1_000_000;

// makeRow returns a row, or null.
function makeRow(name) {
  if (Object.hasOwn(plain, name)) return plain[name];
  const parts = /^(.*)\/n=(0|[1-9][0-9]*)$/.exec(name);
  if (parts === null || !Object.hasOwn(sized, parts[1])) return null;
  const n = Number(parts[2]);
  if (n > largest || (n === 0 && parts[1] !== 'timers/set-cancel')) return null;
  return sized[parts[1]](n);
}

// timed runs operations and returns the nanoseconds. A row that leaves something out
// says itself how long it took.
async function timed(row, ops) {
  const began = process.hrtime.bigint();
  const result = await row.run(ops);
  const took = Number(process.hrtime.bigint() - began);
  const { sum, ns } = typeof result === 'object' ? result : { sum: result, ns: took };
  if (sum !== ops * row.each) throw new Error(`the sum of ${ops} operations is ${sum} instead of ${ops * row.each}`);
  return ns;
}

const sliceNs = 1e7;

// drive runs a row until the time is over, in batches that take a millisecond or
// two, and slices of several batches.
async function drive(row, milliseconds) {
  row.before?.();
  const end = process.hrtime.bigint() + BigInt(Math.round(milliseconds * 1e6));
  let ns = 0;
  let count = 0;
  let best = Infinity;
  let slice = { ns: 0, count: 0 };
  do {
    const took = await timed(row, row.batch);
    ns += took;
    count += row.batch;
    slice.ns += took;
    slice.count += row.batch;
    if (slice.ns >= sliceNs) {
      best = Math.min(best, slice.ns / slice.count);
      slice = { ns: 0, count: 0 };
    }
    if (took < 1e6) row.batch *= 2;
  } while (process.hrtime.bigint() < end);
  row.after?.();
  return [ns / count, count, Math.min(best, ns / count)];
}

const rows = new Map();

async function answer(line) {
  const [name, time] = line.trim().split(/\s+/);
  const milliseconds = Number(time);
  if (!(milliseconds > 0)) return `error a line is ROW MILLISECONDS, not ${JSON.stringify(line)}`;
  let row = rows.get(name);
  if (row === undefined) {
    const made = makeRow(name);
    if (made === null) return 'none';
    row = { ...made, batch: 1 };
    rows.set(name, row);
    if (milliseconds >= 20) await drive(row, 150); // has the compiler see it
  }
  const [ns, count, best] = await drive(row, milliseconds);
  return `${ns.toFixed(2)} ${count} ${best.toFixed(2)}`;
}

async function main() {
  process.stdout.write(`ready node ${process.versions.node}\n`);
  const lines = require('node:readline').createInterface({ input: process.stdin, crlfDelay: Infinity });
  for await (const line of lines) {
    let text;
    try {
      text = await answer(line);
    } catch (err) {
      text = `error ${String(err.message).replace(/\s+/g, ' ')}`;
    }
    process.stdout.write(text + '\n');
  }
}

main();
