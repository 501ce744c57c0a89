// The programs of this folder that node can run at all, on worker threads or with promises of its own: `node actors.js pingpong 100000`.
const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads');

const [what, first, second] = process.argv.slice(2);
const now = () => performance.now();

if (!isMainThread) {
  if (workerData.what === 'pingpong') parentPort.on('message', n => parentPort.postMessage(n));
  else parentPort.on('message', n => { for (let i = 1; i <= n; i++) parentPort.postMessage(i); });
} else if (what === 'pingpong') {
  const n = Number(first), wall = new Worker(__filename, { workerData: { what } });
  wall.once('online', () => {
    const began = now();
    wall.on('message', left => {
      if (left > 0) return wall.postMessage(left - 1);
      console.log(`pingpong ${n} ${now() - began}`);
      wall.terminate();
    });
    wall.postMessage(n - 1);
  });
} else if (what === 'fanin') {
  const senders = Number(first), each = Number(second);
  const all = Array.from({ length: senders }, () => new Worker(__filename, { workerData: { what } }));
  let online = 0, sum = 0, left = senders * each, began = 0;
  for (const it of all) {
    it.on('online', () => { if (++online === senders) { began = now(); all.forEach(it => it.postMessage(each)); } });
    it.on('message', n => {
      sum += n;
      if (--left > 0) return;
      console.log(`fanin ${sum} ${now() - began}`);
      all.forEach(it => it.terminate());
    });
  }
} else if (what === 'within') {
  const turns = Number(first), each = Number(second), began = now();
  let sum = 0;
  (async () => {
    let balance;
    for (let t = 0; t < turns; t++) {
      for (let i = 1; i <= each; i++) balance = Promise.resolve(i).then(n => sum += n);
      await balance;
    }
    console.log(`within ${await balance} ${now() - began}`);
  })();
} else process.exit(2);
