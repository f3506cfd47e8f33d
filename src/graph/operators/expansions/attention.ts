/** Attention (opset 23 to 25) and the rotary embedding of positions, out of matrix products and softmax. */
import { int64s, numbersOf, tensor } from '../../tensor.ts';
import type { ExpansionSite, Expansions } from '../expansion.ts';

/** Far enough below every score that softmax makes it 0, and finite. */
const LOWEST = -3.4028234663852886e38;

/** A value of 3 axes [batch, length, heads · size] as [batch, heads, length, size]; one of 4 axes as it is. */
function byHeads(site: ExpansionSite, value: string, heads: string): string {
  if (site.dims(value).length === 4) return value;
  const apart = site.builder.reshape(value, [0, 0, site.int(heads), -1]);
  return site.builder.transpose(apart, [0, 2, 1, 3]);
}

/** Each head of keys or values once for every head of queries that it serves. */
function shared(site: ExpansionSite, value: string, queryHeads: number): string {
  const { builder } = site;
  const heads = site.fixedDim(value, 1);
  if (heads === queryHeads) return value;
  if (queryHeads % heads !== 0) {
    throw site.refuse(`${String(queryHeads)} heads of queries do not share ${String(heads)} heads of keys`);
  }
  const size = site.fixedDim(value, 3);
  const times = builder.shapeConstant([1, 1, queryHeads / heads, 1, 1]);
  const copies = builder.expand(builder.unsqueeze(value, [2]), times);
  return builder.reshape(copies, [0, queryHeads, -1, size]);
}

/** Which keys (columns) a query (row) may see by its position: a constant [queries, keys], undefined where all. */
function visible(site: ExpansionSite, scores: string, past: string): string | undefined {
  const causal = site.int('is_causal') === 1;
  const [left, right] = [site.int('left_window_size'), site.int('right_window_size')];
  if (!causal && left < 0 && right < 0) return undefined;
  if (site.has(6)) {
    throw site.refuse(
      'positions (is_causal, windows) beside nonpad_kv_seqlen, of which runtimes differ, are not supported',
    );
  }
  const [rows, columns] = [site.fixedDim(scores, 2), site.fixedDim(scores, 3)];
  const offset = past === '' ? 0 : site.fixedDim(past, 2);
  const sees = Uint8Array.from({ length: rows * columns }, (_, index) => {
    const [place, key] = [Math.floor(index / columns) + offset, index % columns];
    const seen =
      (!causal || key <= place) && (left < 0 || key >= place - left) && (right < 0 || key <= place + right);
    return seen ? 1 : 0;
  });
  return site.builder.constant(tensor('bool', [rows, columns], sees));
}

/** Which keys are no padding: of each example the first ones, as many as input 6 says. [examples, 1, 1, keys] */
function unpadded(site: ExpansionSite, scores: string): string {
  const { builder } = site;
  const keys = site.fixedDim(scores, 3);
  const places = builder.constant(int64s(Array.from({ length: keys }, (_, key) => key)));
  return builder.greater(builder.reshape(site.input(6), [-1, 1, 1, 1]), places);
}

/** Whether some row of a mask may allow no key at all. */
function mayBeEmpty(site: ExpansionSite, mask: string): boolean {
  const held = site.builder.constantOf(mask);
  if (held === undefined) return true;
  const values = numbersOf(held);
  const width = held.dims.at(-1) ?? 1;
  return Array.from({ length: values.length / width }, (_, row) =>
    values.slice(row * width, (row + 1) * width),
  ).some((row) => row.every((allowed) => allowed === 0));
}

/** Softmax over the keys that a row allows, 0 for the others; a row that allows none is 0 throughout. */
function maskedSoftmax(site: ExpansionSite, scores: string, masks: readonly string[]): string {
  const { builder } = site;
  if (masks.length === 0) return builder.softmax(scores);
  const allowed = masks.reduce((a, b) => builder.apply('And', [a, b]));
  const weights = builder.softmax(builder.where(allowed, scores, site.scalar(LOWEST)));
  const [mask = ''] = masks;
  return masks.length > 1 || mayBeEmpty(site, mask) ? builder.mul(weights, site.mask(allowed)) : weights;
}

function attention(site: ExpansionSite): string[] {
  const { builder } = site;
  const [pastKey, pastValue] = [site.input(4), site.input(5)];
  const flat = site.rank === 3;
  const query = byHeads(site, site.input(0), 'q_num_heads');
  const joined = (past: string, own: string): string => (past === '' ? own : builder.concat([past, own], 2));
  const presentKey = joined(pastKey, byHeads(site, site.input(1), 'kv_num_heads'));
  const presentValue = joined(pastValue, byHeads(site, site.input(2), 'kv_num_heads'));
  const heads = site.fixedDim(query, 1);
  const scale = site.attribute('scale', 'float') ?? 1 / Math.sqrt(site.fixedDim(query, 3));
  // Queries and keys are scaled by the root each, as the standard has it.
  const root = Math.sqrt(Math.abs(scale));
  const key = builder.transpose(shared(site, presentKey, heads), [0, 1, 3, 2]);
  const product = builder.matMul(site.scaled(query, Math.sign(scale) * root), site.scaled(key, root));
  const softcap = site.float('softcap');
  const capped =
    softcap === 0 ? product : site.scaled(builder.tanh(site.scaled(product, 1 / softcap)), softcap);
  const byPosition = visible(site, product, pastKey);
  const masks = byPosition === undefined ? [] : [byPosition];
  if (site.has(6)) masks.push(unpadded(site, product));
  let scores = capped;
  if (site.has(3)) {
    const mask = wholeMask(site, product);
    if (builder.type(mask).dataType === 'bool') masks.push(mask);
    else scores = builder.add(capped, mask);
  }
  const weights = maskedSoftmax(site, scores, masks);
  const mode = site.int('qk_matmul_output_mode');
  if (site.wants(3) && mode !== 0 && mode !== 3) {
    throw site.refuse(`its output qk_matmul_output in mode ${String(mode)} is not supported`);
  }
  const mixed = builder.matMul(weights, shared(site, presentValue, heads));
  const width = heads * site.fixedDim(mixed, 3);
  const output = flat ? builder.reshape(builder.transpose(mixed, [0, 2, 1, 3]), [0, 0, width]) : mixed;
  return [output, presentKey, presentValue, mode === 0 ? product : weights];
}

/** The mask, refused where it is shorter than the keys. */
function wholeMask(site: ExpansionSite, product: string): string {
  const mask = site.input(3);
  const [given, keys] = [site.dims(mask).at(-1), site.dims(product)[3]];
  if (typeof given === 'number' && given !== 1 && typeof keys === 'number' && given < keys) {
    throw site.refuse(`its mask is of ${String(given)} keys, expected ${String(keys)}`);
  }
  return mask;
}

/**
 * Turns pairs of elements of each position by its angle: (x₁·cos − x₂·sin, x₁·sin + x₂·cos), where a pair is two
 * neighbours (interleaved) or an element of the first half and one of the second.
 */
function rotaryEmbedding(site: ExpansionSite): string[] {
  const { builder } = site;
  const x = site.input(0);
  const flat = site.rank === 3;
  // [batch, length, heads, size], so that the angles need no more than an axis for the heads.
  const placed = flat
    ? builder.reshape(x, [0, 0, site.int('num_heads'), -1])
    : builder.transpose(x, [0, 2, 1, 3]);
  const size = site.fixedDim(placed, 3);
  const turned = site.int('rotary_embedding_dim') === 0 ? size : site.int('rotary_embedding_dim');
  const part = (value: string, start: number, end: number, step = 1): string =>
    builder.slice(value, { starts: [start], ends: [end], axes: [3], steps: [step] });
  const angles = (index: number): string => {
    const table = site.input(index);
    const chosen = site.has(3) ? builder.gather(table, site.input(3)) : table;
    return builder.unsqueeze(chosen, [2]);
  };
  const [cos, sin] = [angles(1), angles(2)];
  const pairs = turned === size ? placed : part(placed, 0, turned);
  const interleaved = site.int('interleaved') === 1;
  const [first, second] = interleaved
    ? [part(pairs, 0, turned, 2), part(pairs, 1, turned, 2)]
    : [part(pairs, 0, turned / 2), part(pairs, turned / 2, turned)];
  const real = builder.sub(builder.mul(cos, first), builder.mul(sin, second));
  const imaginary = builder.add(builder.mul(sin, first), builder.mul(cos, second));
  const rotated = interleaved
    ? builder.reshape(builder.concat([builder.unsqueeze(real, [4]), builder.unsqueeze(imaginary, [4])], 4), [
        0,
        0,
        0,
        turned,
      ])
    : builder.concat([real, imaginary], 3);
  const whole = turned === size ? rotated : builder.concat([rotated, part(placed, turned, size)], 3);
  if (!flat) return [builder.transpose(whole, [0, 2, 1, 3])];
  return [builder.reshape(whole, [0, 0, site.fixedDim(placed, 2) * size])];
}

export const attentionExpansions = {
  Attention: attention,
  RotaryEmbedding: rotaryEmbedding,
} satisfies Expansions;
