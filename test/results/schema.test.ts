import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { memorizationSchemaId } from '../../src/results/memorization.ts';
import { resultSchemaId } from '../../src/results/result.ts';
import {
  definitionsSchema,
  memorizationSchema,
  resultSchema,
  resultSchema1,
} from '../../src/results/schema.ts';

interface Node {
  readonly [key: string]: unknown;
}

const optionalOfModels = [
  'layout',
  'normalization',
  'fixedBatch',
  'notes',
  'approximateGradient',
  'check',
  'training',
];

/** Each schema, with the least number of its objects and the fields that may be left out. */
const schemas: readonly [string, Node, number, readonly string[]][] = [
  [
    'definitions',
    definitionsSchema() as Node,
    11,
    [
      ...['forwardAgainstGradientGraph', 'optimisedAgainstUnoptimised', 'batchOpened'].map(
        (field) => `ModelCheck.${field}`,
      ),
      ...['classNames', 'range', 'settings'].map((field) => `ResultData.${field}`),
    ],
  ],
  [
    'result',
    resultSchema() as Node,
    20,
    [
      'ResultPart.missing',
      ...optionalOfModels.map((field) => `ResultModel.${field}`),
      'ResultModel.declaredLogits',
      'ResultOutcomes.losses',
      ...['saturated', 'logits'].map((field) => `ResultClean.${field}`),
      ...['sizes', 'gradients', 'queries', 'zeroGradients', 'targets', 'rounded'].map(
        (field) => `ResultAttackRun.${field}`,
      ),
      ...['l1', 'l0'].map((field) => `ResultSizes.${field}`),
      ...['rounded', 'stated'].map((field) => `ResultScored.${field}`),
    ],
  ],
  [
    'result of version 1',
    resultSchema1() as Node,
    12,
    [
      ...optionalOfModels.map((field) => `ResultModel.${field}`),
      'RoundedErrors.perturbation',
      'ResultOutcomes.targets',
      ...['targetsPossible', 'targetRate', 'targetsPredicted'].map((field) => `ResultEvaluation.${field}`),
    ],
  ],
  ['memorization', memorizationSchema() as Node, 25, ['MemorizationRun.models', 'MemorizationModel.check']],
];

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Every schema node with its place. */
function* nodes(node: Node, at = '#'): Iterable<[string, Node]> {
  yield [at, node];
  for (const group of ['properties', '$defs']) {
    for (const [name, child] of Object.entries((node[group] ?? {}) as Record<string, Node>)) {
      yield* nodes(child, `${at}/${group}/${name}`);
    }
  }
  if (isNode(node['items'])) yield* nodes(node['items'], `${at}/items`);
}

for (const [name, schema, leastObjects, mayBeLeftOut] of schemas) {
  describe(`the ${name} schema`, () => {
    test('closes every object, whose fields are required or known to be optional', () => {
      const optional = new Set<string>();
      let objects = 0;
      for (const [at, node] of nodes(schema)) {
        if (node['type'] !== 'object') continue;
        if (isNode(node['additionalProperties'])) {
          // A map of plain values, whose names are limited instead.
          assert.ok(isNode(node['propertyNames']) && Array.isArray(node['additionalProperties']['type']), at);
          continue;
        }
        objects += 1;
        assert.equal(node['additionalProperties'], false, `${at} is open`);
        const fields = Object.keys(node['properties'] as object);
        const required = node['required'] as string[];
        for (const field of required)
          assert.ok(fields.includes(field), `${at} requires the unknown ${field}`);
        for (const field of fields) {
          if (!required.includes(field)) optional.add(`${String(node['title'])}.${field}`);
        }
      }
      assert.ok(objects >= leastObjects, String(objects));
      const facts = [...optional].filter((field) => !field.startsWith('TrainingFacts.'));
      assert.deepEqual(facts, mayBeLeftOut);
    });

    test('describes every field and definition', () => {
      for (const [at, node] of nodes(schema)) {
        if (at.endsWith('/items')) continue;
        const { description } = node;
        assert.ok(typeof description === 'string' && description.endsWith('.'), `${at} has none`);
      }
    });

    test('refers only to definitions that there are, and defines none in vain', () => {
      const references = new Set(
        [...JSON.stringify(schema).matchAll(/"\$ref":"([^"]*)#\/\$defs\/(\w+)"/g)].map((match) => {
          const [, document = '', definition = ''] = match;
          assert.ok(document === '' || document === '../definitions/1', document);
          const target = document === '' ? schema : (definitionsSchema() as Node);
          assert.ok(definition in (target['$defs'] as object), definition);
          return document === '' ? definition : '';
        }),
      );
      if (name === 'definitions') return;
      for (const definition of Object.keys(schema['$defs'] as object)) {
        assert.ok(references.has(definition), `${definition} is defined in vain`);
      }
    });
  });
}

test('the identifier of each schema is the version in its results', () => {
  assert.equal(resultSchema().$id, resultSchemaId);
  assert.equal(resultSchema1().$id, 'robust-bench/result/1');
  assert.equal(memorizationSchema().$id, memorizationSchemaId);
  assert.equal(definitionsSchema().$id, 'robust-bench/definitions/1');
});

test('the types are generated from the schemas as they are', () => {
  const script = fileURLToPath(new URL('../../scripts/generate-types.js', import.meta.url));
  execFileSync(process.execPath, [script, '--check'], { stdio: 'pipe' });
});
