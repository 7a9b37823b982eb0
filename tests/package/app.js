// An app as a user would write it, for bundlers: it puts numbers into the page, by one thread and by a pool.

import { load } from "posenc";

try {
  const posenc = await load();
  const pe = posenc.sinusoidal({ dim: 4 });
  const one = pe.table(3);
  const pool = await posenc.pool({ workers: 2 });
  const { workers } = pool;
  const many = await pool.table(pe, 300_000); // so many that workers make them
  pool.dispose();
  document.body.textContent = JSON.stringify({ one: [...one], many: [...many.subarray(0, 12)], workers, rows: many.length / 4 });
} catch (error) {
  document.body.textContent = String(error);
}
