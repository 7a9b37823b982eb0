// A worker that is busy until it is terminated: it writes into shared memory, or has posenc do so.

globalThis.onmessage = async ({ data: { write, count, packageUrl } }) => {
  const posenc = packageUrl && (await (await import(packageUrl)).load());
  const pe = posenc?.sinusoidal({ dim: 8 });
  postMessage("going");
  for (let round = 0; ; round++) {
    if (pe === undefined) write.fill(round % 3 === 0 ? NaN : round % 1000);
    else pe.add(write, { allowShared: true });
    if (count) Atomics.add(count, 0, 1);
  }
};
