// The innermost loops of every matrix product.
//
// Each output element is the sum over k = 0, 1, 2, … of a[k] * b[k], one multiply and one add at a time, in that order, whatever the
// tile shape: lanes run along output columns, so no lane ever shares a sum. That makes a row's result independent of batch size,
// tile position and thread count, and makes decoding, prefill and training agree bit for bit.
//
// B comes in panels of eight columns, [k][8]. For the six-row kernel A comes as a strip of *splatted* scalars, [k][6][4]: JSC
// multiplies by a loaded vector faster than it broadcasts a scalar (34 against 23 GFLOP/s on the machine where this was measured).
// Accumulators start from C when `accumulate` is set, so splitting k over several calls continues the same sum.

/** C[6][8] (+)= A strip · B panel. `ldc` is C's row stride in bytes. */
export function multiply6x8(a: usize, b: usize, ldb: usize, k: i32, c: usize, ldc: usize, accumulate: bool): void {
  const row1 = c + ldc;
  const row2 = row1 + ldc;
  const row3 = row2 + ldc;
  const row4 = row3 + ldc;
  const row5 = row4 + ldc;
  if (ASC_FEATURE_SIMD) {
    let c00 = f32x4.splat(0);
    let c01 = c00;
    let c10 = c00;
    let c11 = c00;
    let c20 = c00;
    let c21 = c00;
    let c30 = c00;
    let c31 = c00;
    let c40 = c00;
    let c41 = c00;
    let c50 = c00;
    let c51 = c00;
    if (accumulate) {
      c00 = v128.load(c);
      c01 = v128.load(c, 16);
      c10 = v128.load(row1);
      c11 = v128.load(row1, 16);
      c20 = v128.load(row2);
      c21 = v128.load(row2, 16);
      c30 = v128.load(row3);
      c31 = v128.load(row3, 16);
      c40 = v128.load(row4);
      c41 = v128.load(row4, 16);
      c50 = v128.load(row5);
      c51 = v128.load(row5, 16);
    }
    const end = a + <usize>k * 96;
    while (a < end) {
      const b0 = v128.load(b);
      const b1 = v128.load(b, 16);
      const a0 = v128.load(a);
      c00 = f32x4.add(c00, f32x4.mul(a0, b0));
      c01 = f32x4.add(c01, f32x4.mul(a0, b1));
      const a1 = v128.load(a, 16);
      c10 = f32x4.add(c10, f32x4.mul(a1, b0));
      c11 = f32x4.add(c11, f32x4.mul(a1, b1));
      const a2 = v128.load(a, 32);
      c20 = f32x4.add(c20, f32x4.mul(a2, b0));
      c21 = f32x4.add(c21, f32x4.mul(a2, b1));
      const a3 = v128.load(a, 48);
      c30 = f32x4.add(c30, f32x4.mul(a3, b0));
      c31 = f32x4.add(c31, f32x4.mul(a3, b1));
      const a4 = v128.load(a, 64);
      c40 = f32x4.add(c40, f32x4.mul(a4, b0));
      c41 = f32x4.add(c41, f32x4.mul(a4, b1));
      const a5 = v128.load(a, 80);
      c50 = f32x4.add(c50, f32x4.mul(a5, b0));
      c51 = f32x4.add(c51, f32x4.mul(a5, b1));
      a += 96;
      b += ldb;
    }
    v128.store(c, c00);
    v128.store(c, c01, 16);
    v128.store(row1, c10);
    v128.store(row1, c11, 16);
    v128.store(row2, c20);
    v128.store(row2, c21, 16);
    v128.store(row3, c30);
    v128.store(row3, c31, 16);
    v128.store(row4, c40);
    v128.store(row4, c41, 16);
    v128.store(row5, c50);
    v128.store(row5, c51, 16);
  } else {
    for (let row: i32 = 0; row < 6; row++) {
      scalarRow(a + <usize>row * 16, 96, b, ldb, k, c + <usize>row * ldc, 8, accumulate);
    }
  }
}

/**
 * `multiply6x8` for the first panel of a strip: reads A as it lies, rows `rowStride` and consecutive k `step` bytes apart, and leaves
 * the strip of splatted scalars for the panels that follow, which hides the cost of making it behind the products.
 */
export function splatAndMultiply6x8(
  a: usize, rowStride: usize, step: usize, strip: usize, b: usize, ldb: usize, k: i32, c: usize, ldc: usize, accumulate: bool,
): void {
  if (ASC_FEATURE_SIMD) {
    const row1 = c + ldc;
    const row2 = row1 + ldc;
    const row3 = row2 + ldc;
    const row4 = row3 + ldc;
    const row5 = row4 + ldc;
    const r1 = rowStride;
    const r2 = r1 + rowStride;
    const r3 = r2 + rowStride;
    const r4 = r3 + rowStride;
    const r5 = r4 + rowStride;
    let c00 = f32x4.splat(0);
    let c01 = c00;
    let c10 = c00;
    let c11 = c00;
    let c20 = c00;
    let c21 = c00;
    let c30 = c00;
    let c31 = c00;
    let c40 = c00;
    let c41 = c00;
    let c50 = c00;
    let c51 = c00;
    if (accumulate) {
      c00 = v128.load(c);
      c01 = v128.load(c, 16);
      c10 = v128.load(row1);
      c11 = v128.load(row1, 16);
      c20 = v128.load(row2);
      c21 = v128.load(row2, 16);
      c30 = v128.load(row3);
      c31 = v128.load(row3, 16);
      c40 = v128.load(row4);
      c41 = v128.load(row4, 16);
      c50 = v128.load(row5);
      c51 = v128.load(row5, 16);
    }
    const end = strip + <usize>k * 96;
    while (strip < end) {
      const b0 = v128.load(b);
      const b1 = v128.load(b, 16);
      const a0 = v128.load32_splat(a);
      v128.store(strip, a0);
      c00 = f32x4.add(c00, f32x4.mul(a0, b0));
      c01 = f32x4.add(c01, f32x4.mul(a0, b1));
      const a1 = v128.load32_splat(a + r1);
      v128.store(strip, a1, 16);
      c10 = f32x4.add(c10, f32x4.mul(a1, b0));
      c11 = f32x4.add(c11, f32x4.mul(a1, b1));
      const a2 = v128.load32_splat(a + r2);
      v128.store(strip, a2, 32);
      c20 = f32x4.add(c20, f32x4.mul(a2, b0));
      c21 = f32x4.add(c21, f32x4.mul(a2, b1));
      const a3 = v128.load32_splat(a + r3);
      v128.store(strip, a3, 48);
      c30 = f32x4.add(c30, f32x4.mul(a3, b0));
      c31 = f32x4.add(c31, f32x4.mul(a3, b1));
      const a4 = v128.load32_splat(a + r4);
      v128.store(strip, a4, 64);
      c40 = f32x4.add(c40, f32x4.mul(a4, b0));
      c41 = f32x4.add(c41, f32x4.mul(a4, b1));
      const a5 = v128.load32_splat(a + r5);
      v128.store(strip, a5, 80);
      c50 = f32x4.add(c50, f32x4.mul(a5, b0));
      c51 = f32x4.add(c51, f32x4.mul(a5, b1));
      a += step;
      b += ldb;
      strip += 96;
    }
    v128.store(c, c00);
    v128.store(c, c01, 16);
    v128.store(row1, c10);
    v128.store(row1, c11, 16);
    v128.store(row2, c20);
    v128.store(row2, c21, 16);
    v128.store(row3, c30);
    v128.store(row3, c31, 16);
    v128.store(row4, c40);
    v128.store(row4, c41, 16);
    v128.store(row5, c50);
    v128.store(row5, c51, 16);
  } else {
    for (let i: i32 = 0; i < k; i++) {
      for (let row: i32 = 0; row < 6; row++) {
        store<f32>(strip + <usize>(i * 96 + row * 16), load<f32>(a + <usize>row * rowStride + <usize>i * step));
      }
    }
    multiply6x8(strip, b, ldb, k, c, ldc, accumulate);
  }
}

/** C[6][4] (+)= A strip · the first four columns of a panel at `b`. */
export function multiply6x4(a: usize, b: usize, ldb: usize, k: i32, c: usize, ldc: usize, accumulate: bool): void {
  if (ASC_FEATURE_SIMD) {
    const row1 = c + ldc;
    const row2 = row1 + ldc;
    const row3 = row2 + ldc;
    const row4 = row3 + ldc;
    const row5 = row4 + ldc;
    let c0 = f32x4.splat(0);
    let c1 = c0;
    let c2 = c0;
    let c3 = c0;
    let c4 = c0;
    let c5 = c0;
    if (accumulate) {
      c0 = v128.load(c);
      c1 = v128.load(row1);
      c2 = v128.load(row2);
      c3 = v128.load(row3);
      c4 = v128.load(row4);
      c5 = v128.load(row5);
    }
    const end = a + <usize>k * 96;
    while (a < end) {
      const b0 = v128.load(b);
      c0 = f32x4.add(c0, f32x4.mul(v128.load(a), b0));
      c1 = f32x4.add(c1, f32x4.mul(v128.load(a, 16), b0));
      c2 = f32x4.add(c2, f32x4.mul(v128.load(a, 32), b0));
      c3 = f32x4.add(c3, f32x4.mul(v128.load(a, 48), b0));
      c4 = f32x4.add(c4, f32x4.mul(v128.load(a, 64), b0));
      c5 = f32x4.add(c5, f32x4.mul(v128.load(a, 80), b0));
      a += 96;
      b += ldb;
    }
    v128.store(c, c0);
    v128.store(row1, c1);
    v128.store(row2, c2);
    v128.store(row3, c3);
    v128.store(row4, c4);
    v128.store(row5, c5);
  } else {
    for (let row: i32 = 0; row < 6; row++) {
      scalarRow(a + <usize>row * 16, 96, b, ldb, k, c + <usize>row * ldc, 4, accumulate);
    }
  }
}

/** C[2][8] (+)= two plain rows of A · B panel; `a` and `a + lda` point at the rows' scalars. */
export function multiply2x8(a: usize, lda: usize, b: usize, ldb: usize, k: i32, c: usize, ldc: usize, accumulate: bool): void {
  if (ASC_FEATURE_SIMD) {
    const row1 = c + ldc;
    let c00 = f32x4.splat(0);
    let c01 = c00;
    let c10 = c00;
    let c11 = c00;
    if (accumulate) {
      c00 = v128.load(c);
      c01 = v128.load(c, 16);
      c10 = v128.load(row1);
      c11 = v128.load(row1, 16);
    }
    const end = a + (<usize>k << 2);
    while (a < end) {
      const b0 = v128.load(b);
      const b1 = v128.load(b, 16);
      const a0 = v128.load32_splat(a);
      c00 = f32x4.add(c00, f32x4.mul(a0, b0));
      c01 = f32x4.add(c01, f32x4.mul(a0, b1));
      const a1 = v128.load32_splat(a + lda);
      c10 = f32x4.add(c10, f32x4.mul(a1, b0));
      c11 = f32x4.add(c11, f32x4.mul(a1, b1));
      a += 4;
      b += ldb;
    }
    v128.store(c, c00);
    v128.store(c, c01, 16);
    v128.store(row1, c10);
    v128.store(row1, c11, 16);
  } else {
    scalarRow(a, 4, b, ldb, k, c, 8, accumulate);
    scalarRow(a + lda, 4, b, ldb, k, c + ldc, 8, accumulate);
  }
}

/** C[1][8] (+)= one plain row of A · B panel. */
export function multiply1x8(a: usize, b: usize, ldb: usize, k: i32, c: usize, accumulate: bool): void {
  if (ASC_FEATURE_SIMD) {
    let c0 = f32x4.splat(0);
    let c1 = c0;
    if (accumulate) {
      c0 = v128.load(c);
      c1 = v128.load(c, 16);
    }
    const end = a + (<usize>k << 2);
    while (a < end) {
      const a0 = v128.load32_splat(a);
      c0 = f32x4.add(c0, f32x4.mul(a0, v128.load(b)));
      c1 = f32x4.add(c1, f32x4.mul(a0, v128.load(b, 16)));
      a += 4;
      b += ldb;
    }
    v128.store(c, c0);
    v128.store(c, c1, 16);
  } else {
    scalarRow(a, 4, b, ldb, k, c, 8, accumulate);
  }
}

/** C[1][32] (+)= one plain row of A · four consecutive panels `stride` bytes apart: decoding a single row needs the extra chains. */
export function multiply1x32(a: usize, b: usize, stride: usize, ldb: usize, k: i32, c: usize, accumulate: bool): void {
  if (ASC_FEATURE_SIMD) {
    let c0 = f32x4.splat(0);
    let c1 = c0;
    let c2 = c0;
    let c3 = c0;
    let c4 = c0;
    let c5 = c0;
    let c6 = c0;
    let c7 = c0;
    if (accumulate) {
      c0 = v128.load(c);
      c1 = v128.load(c, 16);
      c2 = v128.load(c, 32);
      c3 = v128.load(c, 48);
      c4 = v128.load(c, 64);
      c5 = v128.load(c, 80);
      c6 = v128.load(c, 96);
      c7 = v128.load(c, 112);
    }
    let p1 = b + stride;
    let p2 = p1 + stride;
    let p3 = p2 + stride;
    const end = a + (<usize>k << 2);
    while (a < end) {
      const a0 = v128.load32_splat(a);
      c0 = f32x4.add(c0, f32x4.mul(a0, v128.load(b)));
      c1 = f32x4.add(c1, f32x4.mul(a0, v128.load(b, 16)));
      c2 = f32x4.add(c2, f32x4.mul(a0, v128.load(p1)));
      c3 = f32x4.add(c3, f32x4.mul(a0, v128.load(p1, 16)));
      c4 = f32x4.add(c4, f32x4.mul(a0, v128.load(p2)));
      c5 = f32x4.add(c5, f32x4.mul(a0, v128.load(p2, 16)));
      c6 = f32x4.add(c6, f32x4.mul(a0, v128.load(p3)));
      c7 = f32x4.add(c7, f32x4.mul(a0, v128.load(p3, 16)));
      a += 4;
      b += ldb;
      p1 += ldb;
      p2 += ldb;
      p3 += ldb;
    }
    v128.store(c, c0);
    v128.store(c, c1, 16);
    v128.store(c, c2, 32);
    v128.store(c, c3, 48);
    v128.store(c, c4, 64);
    v128.store(c, c5, 80);
    v128.store(c, c6, 96);
    v128.store(c, c7, 112);
  } else {
    for (let panel: i32 = 0; panel < 4; panel++) {
      scalarRow(a, 4, b + <usize>panel * stride, ldb, k, c + <usize>panel * 32, 8, accumulate);
    }
  }
}

/** The scalar build's one row of a tile; `step` is the distance in bytes between consecutive scalars of A. */
function scalarRow(a: usize, step: usize, b: usize, ldb: usize, k: i32, c: usize, columns: usize, accumulate: bool): void {
  for (let column: usize = 0; column < columns << 2; column += 4) {
    let sum: f32 = accumulate ? load<f32>(c + column) : 0;
    let scalar = a;
    let other = b + column;
    for (let i: i32 = 0; i < k; i++) {
      sum += load<f32>(scalar) * load<f32>(other);
      scalar += step;
      other += ldb;
    }
    store<f32>(c + column, sum);
  }
}
