/** Who may import whom, types included. Each rule says what to do instead. */
const { readdirSync } = require('node:fs');
const { join } = require('node:path');

const layers = {
  core: { may: [], instead: 'core is a leaf: pass in what it needs' },
  graph: {
    may: ['core'],
    instead: 'graph is the language alone: put what computes in engine/, what differentiates in autodiff/',
  },
  autodiff: { may: ['core', 'graph'], instead: 'a gradient rule only adds nodes: use the builder' },
  engine: {
    may: ['core', 'graph'],
    instead: 'an engine runs any graph: it knows no model, no attack, no data',
  },
  classifier: { may: ['core'], instead: 'the narrow waist knows only typed arrays' },
  statistics: { may: ['core'], instead: 'statistics take numbers: pass counts in' },
  data: { may: ['core'], instead: 'data gives bytes and labels: scale them where the bounds are known' },
  corruption: {
    may: ['core', 'data'],
    instead: 'corruption gives a data set other labels: it knows no model and no training',
  },
  predictions: {
    may: ['core', 'data'],
    instead: 'predictions are logits in files: what they mean is said in evaluation/',
  },
  models: {
    may: ['core', 'graph', 'autodiff', 'engine/engine.ts', 'classifier'],
    instead: 'take the engine as an argument of the interface type in engine/engine.ts',
  },
  attacks: { may: ['core', 'classifier'], instead: 'an attack sees the classifier interface only' },
  training: {
    may: ['core', 'graph', 'autodiff', 'engine/engine.ts', 'data', 'models', 'classifier'],
    instead: 'take the engine as an argument of the interface type in engine/engine.ts',
  },
  evaluation: {
    may: ['core', 'classifier', 'attacks', 'corruption', 'data', 'predictions', 'statistics'],
    instead: 'evaluate through the classifier interface; compose in benchmark/',
  },
  recipes: {
    may: ['core'],
    instead: 'a recipe is data: turn it into settings in cli/',
  },
  results: {
    may: ['core', 'statistics'],
    instead: 'results are plain data, and what follows from them by counting: build them in benchmark/',
  },
  report: {
    may: ['core', 'results', 'statistics', 'gate'],
    instead: "a report reads a result or the gate's verdict and nothing else",
  },
  gate: { may: ['core', 'results', 'statistics'], instead: 'the gate reads two results and nothing else' },
  benchmark: {
    may: [
      'core',
      'graph',
      'engine',
      'classifier',
      'statistics',
      'data',
      'models',
      'attacks',
      'corruption',
      'predictions',
      'evaluation',
      'results',
    ],
    instead: 'benchmark/ composes what lies below it; the command line composes training',
  },
  cli: {
    may: ['core', 'index.ts'],
    instead: 'the command line is a user of the library: export what it needs from src/index.ts',
  },
};

/** A folder without a rule would be bound by none. */
for (const entry of readdirSync(join(__dirname, 'src'), { withFileTypes: true })) {
  if (entry.isDirectory() && !Object.hasOwn(layers, entry.name)) {
    throw new Error(`src/${entry.name} has no rule in .dependency-cruiser.cjs: say what it may import`);
  }
}

/** Two folders that may import each other, by whatever way round, would have no upper one. */
const heights = new Map();
const heightOf = (folder, above) => {
  if (above.includes(folder)) {
    throw new Error(`.dependency-cruiser.cjs lets ${[...above, folder].join(' import ')}: break the circle`);
  }
  const known = heights.get(folder);
  if (known !== undefined) return known;
  const below = (layers[folder]?.may ?? []).map((target) => target.split('/')[0]);
  const height = 1 + Math.max(0, ...below.map((target) => heightOf(target, [...above, folder])));
  heights.set(folder, height);
  return height;
};
for (const folder of Object.keys(layers)) heightOf(folder, []);

const escape = (text) => text.replace(/[.]/g, '\\.');

module.exports = {
  forbidden: [
    ...Object.entries(layers).map(([folder, { may, instead }]) => ({
      name: `${folder}-imports`,
      severity: 'error',
      comment: instead,
      from: { path: `^src/${folder}/` },
      to: {
        path: '^src/',
        pathNot: [folder, ...may].map(
          (target) => `^src/${escape(target)}${target.includes('.') ? '$' : '/'}`,
        ),
      },
    })),
    {
      name: 'bin-imports',
      severity: 'error',
      comment: 'the executable only starts the command line in src/cli',
      from: { path: '^bin/' },
      to: { pathNot: '^(src|dist)/cli/' },
    },
    {
      name: 'runtimes-in-engine',
      severity: 'error',
      comment: 'only src/engine names a runtime: use the Engine interface',
      from: { path: '^src/', pathNot: '^src/engine/' },
      to: { path: '(onnxruntime|@tensorflow)' },
    },
    {
      name: 'no-circular',
      severity: 'error',
      comment: 'move what both need into a third file, types included',
      from: { pathNot: '^src/(evaluation|benchmark)/' },
      to: { circular: true },
    },
    {
      name: 'no-dev-dependency',
      severity: 'error',
      comment: 'the product may not need a development dependency',
      from: { path: '^src/', pathNot: '^src/engine/tfjs' },
      to: { dependencyTypes: ['npm-dev'] },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.js'],
    },
  },
};
