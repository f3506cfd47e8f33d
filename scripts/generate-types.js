/**
 * Writes the types of each JSON schema beside it. `node scripts/generate-types.js` writes the files; with `--check`
 * it only compares, and fails when one is stale.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { compile } from 'json-schema-to-typescript';

const schemas = [
  {
    schema: 'src/results/result.schema.json',
    types: 'src/results/result.ts',
    subject: 'a result file',
    constants: (schema) => `
/** The format and version that this toolkit writes and reads. */
export const resultSchemaId = ${JSON.stringify(schema.properties.schema.const)};
`,
  },
  {
    schema: 'src/models/card/model-card.schema.json',
    types: 'src/models/card/model-card.ts',
    subject: 'a model card',
    constants: () => '',
  },
];

/** @returns {Promise<string>} the whole text of the types */
async function generate({ schema: path, subject, constants }) {
  const schema = JSON.parse(await readFile(fromRoot(path), 'utf8'));
  const banner = `/**
 * The types of ${subject}. Generated from ${path.split('/').at(-1)} by scripts/generate-types.js: change the schema
 * and run \`node scripts/generate-types.js\`.
 */
${constants(schema)}`;
  return compile(inlined(schema, schema.$defs), schema.title, {
    bannerComment: banner,
    additionalProperties: false,
    ignoreMinAndMaxItems: true,
    style: { singleQuote: true, printWidth: 110 },
  });
}

function fromRoot(path) {
  return new URL(`../${path}`, import.meta.url);
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

for (const entry of schemas) {
  const url = fromRoot(entry.types);
  const generated = await generate(entry);
  if (!process.argv.includes('--check')) {
    await writeFile(url, generated);
  } else if ((await readFile(url, 'utf8').catch(() => '')) !== generated) {
    console.error(
      `${fileURLToPath(url)} is stale: run node scripts/generate-types.js and commit what it writes`,
    );
    process.exitCode = 1;
  }
}
