import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { resultSchemaId } from '../../src/results/result.ts';
import { resultSchema } from '../../src/results/schema.ts';

interface Node {
  readonly [key: string]: unknown;
}

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

test('every object of the schema is closed, and its fields are required or known to be optional', () => {
  const optional = new Set<string>();
  let objects = 0;
  for (const [at, node] of nodes(resultSchema() as Node)) {
    if (node['type'] !== 'object') continue;
    objects += 1;
    assert.equal(node['additionalProperties'], false, `${at} is open`);
    const fields = Object.keys(node['properties'] as object);
    const required = node['required'] as string[];
    for (const name of required) assert.ok(fields.includes(name), `${at} requires the unknown ${name}`);
    for (const name of fields) if (!required.includes(name)) optional.add(`${String(node['title'])}.${name}`);
  }
  assert.ok(objects > 15);
  const facts = [...optional].filter((name) => !name.startsWith('TrainingFacts.'));
  assert.deepEqual(facts, ['ResultData.classNames', 'ResultModel.training']);
});

test('every field and definition of the schema has a description', () => {
  for (const [at, node] of nodes(resultSchema() as Node)) {
    if (at.endsWith('/items')) continue;
    assert.ok(typeof node['description'] === 'string' && node['description'].endsWith('.'), `${at} has none`);
  }
});

test('the identifier of the schema is the version in its results', () => {
  const schema = resultSchema() as { readonly $id: string };
  assert.equal(schema.$id, resultSchemaId);
});

test('the types are generated from the schema as it is', () => {
  const script = fileURLToPath(new URL('../../scripts/generate-types.js', import.meta.url));
  execFileSync(process.execPath, [script, '--check'], { stdio: 'pipe' });
});
