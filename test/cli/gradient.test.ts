/** The command `gradient`: files that the runtime itself runs, their values, and refusals that leave nothing. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { createOnnxRuntimeEngine } from '../../src/engine/onnxruntime/engine.ts';
import type { Tensors } from '../../src/engine/engine.ts';
import { int, ints } from '../../src/graph/attributes.ts';
import { GraphBuilder } from '../../src/graph/builder.ts';
import { readModel } from '../../src/graph/onnx/read.ts';
import { encodeModel } from '../../src/graph/onnx/write.ts';
import { float32, int64s, numbersOf, tensor } from '../../src/graph/tensor.ts';
import type { Graph } from '../../src/graph/types.ts';
import { filesIn, run, smallNet, useWorkspace, writeCarded, writeNet } from './workspace.ts';

const workspace = useWorkspace();
const place = (name: string): string => join(workspace.folder, name);

/** Writes the gradient of a file and gives its path and what was printed. */
async function gradient(...argv: readonly string[]): Promise<{ path: string; out: string; err: string }> {
  const path = await workspace.fresh('gradient.onnx');
  const { code, out, err } = await run(['gradient', ...argv, '--out', path]);
  assert.equal(code, 0, err);
  assert.ok(out.startsWith(`${path}: `));
  return { path, out, err };
}

/** Runs a file as it stands, by the runtime's own reading. */
async function runFile(path: string, inputs: Tensors, outputs: readonly string[]): Promise<Tensors> {
  const engine = await createOnnxRuntimeEngine({ threads: 1 });
  try {
    return await (await engine.openFile!(path)).run(inputs, outputs);
  } finally {
    await engine.dispose();
  }
}

async function refuses(argv: readonly string[], pattern: RegExp): Promise<void> {
  const files = await filesIn(workspace.folder);
  const { code, out, err } = await run(['gradient', '--out', place('never.onnx'), ...argv]);
  assert.equal(code, 2, `${out}${err}`);
  assert.match(err, /^error: [^\n]+\n$/);
  assert.match(err, pattern);
  assert.equal(out, '');
  assert.deepEqual(await filesIn(workspace.folder), files);
}

const image = float32(
  [2, 1, 8, 8],
  Float32Array.from({ length: 128 }, (_, index) => ((index * 37) % 101) / 101),
);

/** y = x·x summed over the last axis, for x of any rank-3 sizes. */
function squares(): Graph {
  const builder = new GraphBuilder('squares');
  const x = builder.input('a value', 'float32', ['N', 'length', 2]);
  builder.output(builder.identity(builder.reduceSum(builder.mul(x, x), [2], false), 'y'));
  return builder.build();
}

describe('gradient', () => {
  test('of a loss agrees with the loss that the file gives for moved inputs', async () => {
    for (const loss of ['cross-entropy', 'margin']) {
      const { path, out, err } = await gradient(place('a.onnx'), '--loss', loss, '--with-outputs');
      assert.equal(err, '');
      assert.match(out, new RegExp(`gradient of the ${loss} of \\S+, summed over the batch\\n`));
      assert.match(out, /inputs {3}image float32 \[N, 1, 8, 8\]; labels int64 \[N\]\n/);
      assert.match(
        out,
        /outputs {2}grad_image float32 \[N, 1, 8, 8\]; \S+ float32 \[N, 10\]; loss float32 \[N\]\n/,
      );
      const labels = int64s([3, 8]);
      const results = await runFile(path, { image, labels }, ['grad_image', 'loss']);
      const slopes = numbersOf(results['grad_image']!);
      // Along the gradient itself, where the difference is greatest.
      const length = Math.hypot(...slopes);
      const step = 1e-2;
      const [above = 0, below = 0] = await Promise.all(
        [step, -step].map(async (by) => {
          const data = numbersOf(image).map((value, index) => value + (by * slopes[index]!) / length);
          const moved = await runFile(path, { image: float32([2, 1, 8, 8], data), labels }, ['loss']);
          return numbersOf(moved['loss']!).reduce((sum, each) => sum + each, 0);
        }),
      );
      const slope = (above - below) / (2 * step);
      assert.ok(Math.abs(slope / length - 1) < 2e-2, `${loss}: ${String(slope)} along ${String(length)}`);
    }
  });

  test('of an output by a cotangent, for inputs of any rank and open sizes', async () => {
    const { path, out } = await gradient(await writeNet(workspace.folder, 'squares', squares()), '--vjp');
    assert.match(out, /vector-Jacobian product of y\n/);
    assert.match(
      out,
      /cotangent float32 \[N, length\]\n {2}outputs {2}grad_a_value float32 \[N, length, 2\]\n/,
    );
    const results = await runFile(
      path,
      { 'a value': float32([1, 3, 2], [1, 2, 3, 4, 5, 6]), cotangent: float32([1, 3], [1, 0, -1]) },
      ['grad_a_value'],
    );
    assert.deepEqual(numbersOf(results['grad_a_value']!), [2, 4, 0, 0, -10, -12]);
    const model = await readModel(path);
    assert.equal(model.opset, 18);
    assert.equal(model.irVersion, 8);
    assert.equal(model.metadata['content'], 'vector-Jacobian product of y');
  });

  test('of sizes that are given, and of the file behind a model card', async () => {
    const fixed = await gradient(place('squares.onnx'), '--vjp', '--size', 'N=1', '--size', 'length=3');
    assert.match(fixed.out, /a value float32 \[1, 3, 2\]; cotangent float32 \[1, 3\]/);
    const card = await gradient(workspace.b, '--loss', 'margin');
    const file = await gradient(place('b.onnx'), '--loss', 'margin');
    assert.deepEqual(await readFile(card.path), await readFile(file.path));
    const normalized = await writeCarded(workspace.folder, 'normalized', smallNet({ seed: 4 }), {
      input: { shape: [1, 8, 8], bounds: [0, 1], normalization: { mean: [0.5], std: [0.25] } },
    });
    const { err } = await gradient(normalized, '--loss', 'margin');
    assert.match(err, /^note: the card says a normalisation, which the file does not hold.*\n$/);
  });

  test('a softmax at the end stays, with a note', async () => {
    const net = smallNet({ seed: 5, finish: (builder, logits) => builder.softmax(logits) });
    const { path, err } = await gradient(
      await writeNet(workspace.folder, 'soft', net),
      '--loss',
      'cross-entropy',
    );
    assert.match(
      err,
      /^note: the output \S+ comes out of a Softmax, and the cross-entropy takes it for logits/,
    );
    const { graph } = await readModel(path);
    assert.ok(graph.nodes.some(({ operator }) => operator === 'Softmax'));
  });

  test('a file of float16 is brought to float32, and says so', async () => {
    const builder = new GraphBuilder('half');
    const x = builder.input('x', 'float16', ['N', 2]);
    const weight = builder.constant(tensor('float16', [2, 1], Uint16Array.of(0x3c00, 0xc000)));
    builder.output(builder.identity(builder.matMul(x, weight), 'y'));
    const { path, out, err } = await gradient(
      await writeNet(workspace.folder, 'half', builder.build()),
      '--vjp',
    );
    assert.match(err, /^note: float16 weights and arithmetic were brought to float32\n$/);
    assert.match(out, /inputs {3}x float32 \[N, 2\]; cotangent float32 \[N, 1\]/);
    const given = { x: float32([1, 2], [5, 7]), cotangent: float32([1, 1], [3]) };
    assert.deepEqual(numbersOf((await runFile(path, given, ['grad_x']))['grad_x']!), [3, -6]);
  });

  test('an operator beside the way is no obstacle, one on it is named', async () => {
    const builder = new GraphBuilder('beside');
    const x = builder.input('x', 'float32', ['N', 4]);
    builder.output(builder.identity(builder.tanh(x), 'y'));
    const graph = builder.build();
    const odd = { operator: 'Det', name: 'odd', inputs: ['x'], outputs: ['z'], attributes: {} };
    const path = place('beside.onnx');
    await writeFile(
      path,
      encodeModel({
        ...graph,
        nodes: [...graph.nodes, odd],
        outputs: [...graph.outputs, { name: 'z', dataType: 'float32', dims: ['N'] }],
      }),
    );
    await gradient(path, '--vjp', '--of', 'y');
    await refuses(
      [path, '--vjp'],
      /several outputs to differentiate, y \(float32\), z \(float32\): choose one with --of/,
    );
    await refuses([path, '--vjp', '--of', 'z'], /odd.*Det/);

    const scan = new GraphBuilder('no rule');
    const signal = scan.input('x', 'float32', ['N', 6]);
    scan.node(
      'TopK',
      [signal, scan.constant(int64s([2]))],
      { axis: int(1) },
      { outputs: ['values', 'places'] },
    );
    const reduced = scan.node('Cast', ['places'], { to: int(1) }, { outputs: ['scores'] });
    scan.output(reduced[0]!);
    // Through whole numbers the derivative is 0 wherever it exists.
    const { path: zero } = await gradient(await writeNet(workspace.folder, 'places', scan.build()), '--vjp');
    const given = { x: float32([1, 6], [1, 5, 2, 4, 3, 0]), cotangent: float32([1, 2], [1, 1]) };
    assert.deepEqual(numbersOf((await runFile(zero, given, ['grad_x']))['grad_x']!), [0, 0, 0, 0, 0, 0]);
  });

  test('what cannot be written is refused', async () => {
    const a = place('a.onnx');
    await refuses([a], /say what to differentiate: --loss cross-entropy, --loss margin, or --vjp/);
    await refuses([a, '--vjp', '--loss', 'margin'], /--vjp and --loss margin are two things/);
    await refuses([a, '--loss', 'hinge'], /Given: "hinge"/);
    await refuses(
      [a, '--vjp', '--inputs', 'labels'],
      /a\.onnx: there is no input labels: it has image \(float32\)/,
    );
    await refuses([a, '--vjp', '--of', 'q'], /a\.onnx: there is no output q/);
    await refuses([a, '--vjp', '--size', 'M=2'], /no input has a size named M: the names are N/);
    await refuses([a, '--vjp', '--size', 'N'], /--size N: write the name of a size and a whole number/);
    await refuses([a, '--vjp', '--size', 'constructor=2'], /no input has a size named constructor/);
    await refuses([place('none.onnx'), '--vjp'], /there is no such file/);
    await refuses([a, '--vjp', '--out', workspace.folder], /--out is given 2 times/);
    await refuses(
      [place('squares.onnx'), '--loss', 'margin', '--size', 'length=1'],
      /one class|two classes or more/,
    );

    const pooled = new GraphBuilder('pooled');
    const x = pooled.input('x', 'float32', ['N', 1, 'H', 'W']);
    const settings = { strides: ints([2, 2]), kernel_shape: ints([3, 3]), pads: ints([1, 1, 1, 1]) };
    const kernel = pooled.constant(float32([1, 1, 3, 3], new Float32Array(9).fill(1)));
    pooled.output(pooled.apply('ConvTranspose', [x, kernel], settings, 'y'));
    const path = await writeNet(workspace.folder, 'pooled', pooled.build());
    await refuses([path, '--vjp'], /\(ConvTranspose\).*--size N=NUMBER, --size H=NUMBER, --size W=NUMBER/);
    await gradient(path, '--vjp', '--size', 'H=5', '--size', 'W=4');
  });
});
