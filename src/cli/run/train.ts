/** What `robust-bench train` does. */
import { basename, join, resolve } from 'node:path';
import { assertWritable, type FolderLock, InputError, lockFolder } from '../../index.ts';
import type { TrainArguments } from '../arguments/train.ts';
import { startEngine } from '../engine.ts';
import type { CommandContext } from '../command-context.ts';
import { outcomeLine, trainInFolder } from './train-in-folder.ts';
import { corruptInto, disposeData, labelsFrom, labelsPath, openTrainingData } from './training-data.ts';
import { assertTrainArguments, trainingRecipeOf, trainingSettingsOf } from './training-settings.ts';

export async function runTrain(argv: TrainArguments, { terminal }: CommandContext): Promise<void> {
  assertTrainArguments(argv);
  const { out: folder } = argv;
  const labelSeed = argv['label-seed'];
  await assertWritable(join(folder, 'last.json'));
  const recipe = await trainingRecipeOf(argv);
  const data = await openTrainingData(argv, recipe, terminal);
  let lock: FolderLock | undefined;
  try {
    const run = trainingSettingsOf(argv, recipe, data.train, data.test);
    const { corruption } = run.recipe;
    if (labelSeed !== undefined && (corruption === null || argv.labels !== undefined)) {
      throw new InputError(
        '--label-seed means nothing where no labels are corrupted: leave it out, or write --corruption-rate 0.2',
      );
    }
    lock = await lockFolder(folder);
    const labels =
      argv.labels !== undefined
        ? await labelsFrom(argv.labels, data.train)
        : corruption === null
          ? undefined
          : await corruptInto(
              labelsPath(folder),
              data.train,
              corruption,
              labelSeed ?? argv.seed,
              terminal.signal,
            );
    const engine = await startEngine(argv, terminal);
    try {
      const trained = await trainInFolder(
        {
          folder,
          name: argv.name ?? basename(resolve(folder)),
          specification: argv.data,
          run,
          data,
          labels,
          engine,
          lock,
          resume: argv.resume,
          tensorboard: argv.tensorboard,
          tfjs: argv.tfjs,
          quiet: argv.quiet,
        },
        terminal,
      );
      terminal.out(outcomeLine(trained, folder));
    } finally {
      await engine.dispose();
    }
  } finally {
    await lock?.release();
    await disposeData(data);
  }
}
