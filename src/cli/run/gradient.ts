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

export async function runGradient(argv: GradientArguments, { terminal }: CommandContext): Promise<void> {
  const of = differentiated(argv);
  const sizes = Object.fromEntries(argv.size ?? []);
  await assertWritable(argv.out);
  const { graph, output, notes } = await createGradientModel(argv.file, {
    of,
    withOutputs: argv['with-outputs'],
    sizes,
    ...(argv.of === undefined ? {} : { output: argv.of }),
    ...(argv.inputs === undefined ? {} : { inputs: argv.inputs.flatMap((names) => names.split(',')) }),
    ...(argv['input-shape'] === undefined ? {} : { inputShape: argv['input-shape'] }),
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

function written({ name, dataType, dims }: Value): string {
  return `${name} ${dataType} [${dims.join(', ')}]`;
}
