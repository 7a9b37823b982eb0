// Many cores by hand, without posenc.pool(): a row depends on its position alone, so any engine can make some rows of a sequence if
// it is told at which position they begin, and all of them work on one array in shared memory.
//
//     node tests/node/examples/shard.js          (after ./build.sh)

import { isMainThread, Worker, workerData } from "node:worker_threads";

import { load } from "../../../dist/npm/index.js"; // in a project of yours: from "posenc"

const posenc = await load();
const pe = posenc.sinusoidal({ dim: 64 });

if (isMainThread) {
  const [rows, threads] = [100_000, 4];
  const x = new Float32Array(new SharedArrayBuffer(4 * rows * 64)); // of embeddings, once they are in it
  const each = Math.ceil(rows / threads);
  const done = Array.from(
    { length: threads },
    (_, i) =>
      new Promise((resolve, reject) => {
        const first = i * each;
        const last = Math.min(rows, first + each);
        const worker = new Worker(new URL(import.meta.url), { workerData: { part: x.subarray(first * 64, last * 64), offset: first } });
        worker.once("error", reject).once("exit", resolve);
      }),
  );
  await Promise.all(done);

  const alone = pe.table(rows);
  if (x.some((v, i) => !Object.is(v, alone[i]))) throw new Error("other bits than those of one thread");
  console.log(`${rows} rows by ${threads} threads, the same bits as by one`);
} else {
  const { part, offset } = workerData;
  pe.add(part, { offset, allowShared: true });
}
