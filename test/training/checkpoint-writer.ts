/** Writes checkpoints into the folder that is its argument, one after another, until it is killed. */
import { createServer } from 'node:net';
import { saveCheckpoint } from '../../src/training/checkpoint.ts';
import { initialWeights } from '../../src/training/initialize.ts';
import type { TrainingSettings } from '../../src/training/settings.ts';

const [folder = ''] = process.argv.slice(2);
const network = { architecture: 'mlp', width: 64, inputShape: [64], classCount: 3 };
const settings: TrainingSettings = {
  network,
  epochs: 1e6,
  batchSize: 2,
  schedule: { initial: 0.1, decay: { kind: 'constant' } },
  optimizer: { kind: 'sgd', momentum: 0, nesterov: false, weightDecay: { factor: 0, on: 'all' } },
  seed: 0,
};
const facts = {
  name: 'killed',
  trainingData: { name: 'npz', split: 'train', examples: 2, sha256: '0'.repeat(64) },
  engine: 'none',
  tfjs: false,
};
// Keeps the process alive should the writing ever end.
createServer().listen(0);
for (let epoch = 0; ; epoch++) {
  const summary = { epoch, learningRate: 0.1, trainingLoss: 1, testError: 0.5 };
  await saveCheckpoint({
    folder,
    file: 'last',
    settings,
    weights: initialWeights(network, epoch),
    summary,
    facts,
  });
  if (epoch === 0) process.stdout.write('ready\n');
}
