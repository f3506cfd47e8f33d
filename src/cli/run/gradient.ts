/** What `robust-bench gradient` does. */
import {
  assertWritable,
  createGradientModel,
  type Differentiated,
  encodeModel,
  InputError,
  packageVersion,
  type Value,
  writeFileAtomically,
} from '../../index.ts';
import type { GradientArguments } from '../arguments/gradient.ts';
import type { CommandContext } from '../command-context.ts';
import { parseNumbers } from '../numbers.ts';

export async function runGradient(argv: GradientArguments, { terminal }: CommandContext): Promise<void> {
  const of = differentiated(argv);
  const sizes = sizesOf(argv.size ?? []);
  await assertWritable(argv.out);
  const { graph, output, notes } = await createGradientModel(argv.file, {
    of,
    withOutputs: argv['with-outputs'],
    sizes,
    ...(argv.of === undefined ? {} : { output: argv.of }),
    ...(argv.inputs === undefined ? {} : { inputs: argv.inputs.flatMap((names) => names.split(',')) }),
    ...(argv['input-shape'] === undefined
      ? {}
      : { inputShape: parseNumbers(argv['input-shape'], '--input-shape') }),
    ...(argv['approximate-gradient'] === undefined ? {} : { approximate: 'straight-through' }),
  });
  for (const note of notes) terminal.err(`note: ${note}\n`);
  const what = `${of === 'cotangent' ? 'vector-Jacobian product' : `gradient of the ${of}`} of ${output}`;
  terminal.signal.throwIfAborted();
  await writeFileAtomically(
    argv.out,
    encodeModel(graph, { producerVersion: packageVersion, metadata: { content: what } }),
  );
  terminal.out(
    [
      `${argv.out}: ${what}${of === 'cotangent' ? '' : ', summed over the batch'}`,
      `  inputs   ${graph.inputs.map(written).join('; ')}`,
      `  outputs  ${graph.outputs.map(written).join('; ')}`,
    ].join('\n'),
  );
}

function differentiated({ loss, vjp }: GradientArguments): Differentiated {
  if (vjp && loss !== undefined) {
    throw new InputError(`--vjp and --loss ${loss} are two things to differentiate: write one of them`);
  }
  if (vjp) return 'cotangent';
  if (loss !== undefined) return loss;
  throw new InputError('say what to differentiate: --loss cross-entropy, --loss margin, or --vjp');
}

function sizesOf(given: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    given.map((text) => {
      const at = text.lastIndexOf('=');
      const size = at < 1 ? NaN : Number(text.slice(at + 1));
      if (!Number.isSafeInteger(size) || size < 1) {
        throw new InputError(
          `--size ${text}: write the name of a size and a whole number, such as height=224`,
        );
      }
      return [text.slice(0, at), size];
    }),
  );
}

function written({ name, dataType, dims }: Value): string {
  return `${name} ${dataType} [${dims.join(', ')}]`;
}
