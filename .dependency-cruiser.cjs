/** Who may import whom. Each rule says what to do instead. */
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
      comment: 'move what both need into a third file',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
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
