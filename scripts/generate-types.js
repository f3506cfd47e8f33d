/**
 * Writes src/results/result.ts, the types of a result, from src/results/result.schema.json.
 * `node scripts/generate-types.js` writes the file; with `--check` it only compares, and fails when it is stale.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { compile } from 'json-schema-to-typescript';

const schemaUrl = new URL('../src/results/result.schema.json', import.meta.url);
const typesUrl = new URL('../src/results/result.ts', import.meta.url);

/** @returns {Promise<string>} the whole text of result.ts */
async function generate() {
  const schema = JSON.parse(await readFile(schemaUrl, 'utf8'));
  const banner = `/**
 * The types of a result file. Generated from result.schema.json by scripts/generate-types.js: change the schema
 * and run \`node scripts/generate-types.js\`.
 */

/** The format and version that this toolkit writes and reads. */
export const resultSchemaId = ${JSON.stringify(schema.properties.schema.const)};
`;
  return compile(inlined(schema, schema.$defs), schema.title, {
    bannerComment: banner,
    additionalProperties: false,
    ignoreMinAndMaxItems: true,
    style: { singleQuote: true, printWidth: 110 },
  });
}

/**
 * Puts the definitions of texts, numbers and arrays in the place where they are named, with the description that
 * stands there: only objects become types of their own, each once.
 */
function inlined(node, definitions) {
  if (Array.isArray(node)) return node.map((item) => inlined(item, definitions));
  if (node === null || typeof node !== 'object') return node;
  if (typeof node.$ref === 'string') {
    const target = definitions[node.$ref.replace('#/$defs/', '')];
    if (target.type === 'object') return { $ref: node.$ref };
    return inlined({ ...target, ...node, $ref: undefined }, definitions);
  }
  return Object.fromEntries(
    Object.entries(node)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, inlined(value, definitions)]),
  );
}

const generated = await generate();
if (process.argv.includes('--check')) {
  const present = await readFile(typesUrl, 'utf8').catch(() => '');
  if (present !== generated) {
    console.error(
      `${fileURLToPath(typesUrl)} is stale: run node scripts/generate-types.js and commit what it writes`,
    );
    process.exitCode = 1;
  }
} else {
  await writeFile(typesUrl, generated);
}
