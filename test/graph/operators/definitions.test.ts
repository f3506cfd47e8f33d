/** Each definition against the specification, and against the rules that stand beside it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { ruleOf } from '../../../src/autodiff/rules/index.ts';
import { definitions, isHeld } from '../../../src/graph/operators/definitions.ts';
import type { Default } from '../../../src/graph/operators/definition.ts';
import { activationExpansions } from '../../../src/graph/operators/expansions/activation.ts';
import { attentionExpansions } from '../../../src/graph/operators/expansions/attention.ts';
import { einsumExpansions } from '../../../src/graph/operators/expansions/einsum.ts';
import { indexingExpansions } from '../../../src/graph/operators/expansions/indexing.ts';
import { integerProductExpansions } from '../../../src/graph/operators/expansions/integer-products.ts';
import { movementExpansions } from '../../../src/graph/operators/expansions/movement.ts';
import { normalizationExpansions } from '../../../src/graph/operators/expansions/normalization.ts';
import { poolingExpansions } from '../../../src/graph/operators/expansions/pooling.ts';
import { quantizationExpansions } from '../../../src/graph/operators/expansions/quantization.ts';
import { recurrentExpansions } from '../../../src/graph/operators/expansions/recurrent.ts';
import { samplingExpansions } from '../../../src/graph/operators/expansions/sampling.ts';
import { alongAxisRows } from '../../../src/graph/rows/along-axis.ts';
import { indexingRows } from '../../../src/graph/rows/indexing.ts';
import { movementRows } from '../../../src/graph/rows/movement.ts';
import { productRows } from '../../../src/graph/rows/products.ts';
import { quantizationRows } from '../../../src/graph/rows/quantization.ts';
import { sampleRows } from '../../../src/graph/rows/samples.ts';
import { convolutionShapes } from '../../../src/graph/shapes/convolution.ts';
import { elementwiseShapes } from '../../../src/graph/shapes/elementwise.ts';
import { furtherShapes } from '../../../src/graph/shapes/further.ts';
import { generationShapes } from '../../../src/graph/shapes/generation.ts';
import { indexingShapes } from '../../../src/graph/shapes/indexing.ts';
import { logicShapes } from '../../../src/graph/shapes/logic.ts';
import { movementShapes } from '../../../src/graph/shapes/movement.ts';
import { normalizationShapes } from '../../../src/graph/shapes/normalization.ts';
import { poolingShapes } from '../../../src/graph/shapes/pooling.ts';
import { quantizationShapes } from '../../../src/graph/shapes/quantization.ts';
import { recurrentShapes } from '../../../src/graph/shapes/recurrent.ts';
import { reductionShapes } from '../../../src/graph/shapes/reduction.ts';
import { samplingShapes } from '../../../src/graph/shapes/sampling.ts';

/** The versions of an operator that opsets from OPSET on have; of one that came later or went earlier, all or the last. */
interface Specified {
  readonly since: number;
  readonly until?: number;
  readonly versions: readonly {
    readonly opset: number;
    readonly inputs: readonly [number, number | null];
    readonly defaults: Readonly<Record<string, Default>>;
  }[];
}

const specification = JSON.parse(
  readFileSync(new URL('../../../fixtures/operators.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, Specified>>;

/** Numbers as files hold them, in 32 bits. */
function rounded(value: Default): unknown {
  if (typeof value === 'number') return Math.fround(value);
  return typeof value === 'string' ? value : [...value];
}

/** The version that graphs have the operator in: that of OPSET, or, of a later operator, the newest. */
function effective({ versions }: Specified): Specified['versions'][number] {
  const [first] = versions;
  return (first!.opset <= 18 ? first : versions.at(-1))!;
}

describe('the definitions', () => {
  it('are of all operators of opsets 7 to 26, and of no others', () => {
    assert.deepEqual(Object.keys(definitions).sort(), Object.keys(specification).sort());
  });

  for (const [operator, specified] of Object.entries(specification)) {
    it(`${operator} as the specification has it`, () => {
      const definition = definitions[operator]!;
      assert.equal(definition.since, Math.max(specified.since, 7));
      assert.equal(definition.until, specified.until);
      const { inputs, defaults } = effective(specified);
      assert.deepEqual([...definition.inputs], [inputs[0], inputs[1] ?? Infinity]);
      const later = specified.versions.flatMap((version) => Object.entries(version.defaults)).reverse();
      const known: Readonly<Record<string, Default>> = { ...Object.fromEntries(later), ...defaults };
      const attributes = definition.attributes ?? {};
      for (const [name, value] of Object.entries(attributes)) {
        assert.ok(Object.hasOwn(known, name), `${name} has no default`);
        assert.deepEqual(rounded(value), rounded(known[name]!), name);
      }
      if (definition.types === undefined && definition.expansion === undefined) return;
      for (const name of Object.keys(defaults))
        assert.ok(Object.hasOwn(attributes, name), `${name} is left out`);
    });
  }

  it('name the rules that stand beside them', () => {
    const tables = {
      types: [
        convolutionShapes,
        elementwiseShapes,
        furtherShapes,
        generationShapes,
        indexingShapes,
        logicShapes,
        movementShapes,
        normalizationShapes,
        poolingShapes,
        quantizationShapes,
        recurrentShapes,
        reductionShapes,
        samplingShapes,
      ],
      expansion: [
        activationExpansions,
        attentionExpansions,
        einsumExpansions,
        indexingExpansions,
        integerProductExpansions,
        movementExpansions,
        normalizationExpansions,
        poolingExpansions,
        quantizationExpansions,
        recurrentExpansions,
        samplingExpansions,
      ],
      rows: [alongAxisRows, indexingRows, movementRows, productRows, quantizationRows, sampleRows],
    };
    for (const [field, families] of Object.entries(tables)) {
      for (const [operator, rule] of families.flatMap((family) => Object.entries(family))) {
        const definition = definitions[operator] as Readonly<Record<string, unknown>> | undefined;
        assert.equal(definition?.[field], rule, `the definition of ${operator} has another ${field}`);
      }
    }
  });

  it('have what goes together', () => {
    for (const [operator, { types, expansion, unheld, unwritable, rows, isRandom }] of Object.entries(
      definitions,
    )) {
      if (rows !== undefined && isRandom === undefined)
        assert.ok(types, `the rows of ${operator}, which no graph holds, follow from its expansion`);
      if (unheld !== undefined || unwritable !== undefined)
        assert.ok(types && expansion, `forms of ${operator} are written out`);
      if (ruleOf(operator) !== undefined)
        assert.ok(isHeld(operator), `a gradient of ${operator} is never asked for`);
    }
  });
});
