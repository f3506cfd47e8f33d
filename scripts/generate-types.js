/**
 * Writes the types of each JSON schema beside it. `node scripts/generate-types.js` writes the files; with `--check`
 * it only compares, and fails when one is stale.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, relative } from 'node:path/posix';
import { fileURLToPath } from 'node:url';
import { compile } from 'json-schema-to-typescript';

/** A constant with the identifier that files of a schema carry. */
const formatId = (name) => (schema) => `
/** The format and version that this toolkit writes and reads. */
export const ${name} = ${JSON.stringify(schema.properties.schema.const)};
`;

const schemas = [
  {
    schema: 'src/results/definitions.schema.json',
    types: 'src/results/definitions.ts',
    subject: 'what result files have in common',
  },
  {
    schema: 'src/results/result.schema.json',
    types: 'src/results/result.ts',
    subject: 'a result file',
    definitions: 'src/results/definitions.schema.json',
    constants: formatId('resultSchemaId'),
  },
  {
    schema: 'src/results/version-1/result.schema.json',
    types: 'src/results/version-1/result.ts',
    subject: 'a result file of version 1',
    definitions: 'src/results/definitions.schema.json',
  },
  {
    schema: 'src/results/memorization.schema.json',
    types: 'src/results/memorization.ts',
    subject: 'a memorization result',
    definitions: 'src/results/definitions.schema.json',
    constants: formatId('memorizationSchemaId'),
  },
  {
    schema: 'src/results/version-1/memorization.schema.json',
    types: 'src/results/version-1/memorization.ts',
    subject: 'a memorization result of version 1',
    definitions: 'src/results/definitions.schema.json',
  },
  {
    schema: 'src/models/card/model-card.schema.json',
    types: 'src/models/card/model-card.ts',
    subject: 'a model card',
  },
  {
    schema: 'src/corruption/label-file.schema.json',
    types: 'src/corruption/label-file-json.ts',
    subject: 'a label file',
    constants: formatId('labelFileSchemaId'),
  },
  {
    schema: 'src/recipes/recipe.schema.json',
    types: 'src/recipes/recipe.ts',
    subject: 'a training recipe',
  },
];

const style = {
  additionalProperties: false,
  ignoreMinAndMaxItems: true,
  style: { singleQuote: true, printWidth: 110 },
};

/** @returns {Promise<string>} the whole text of the types */
async function generate({ schema: path, types: file, subject, definitions, constants = () => '' }) {
  const schema = await readSchema(path);
  const shared = definitions === undefined ? undefined : await readSchema(definitions);
  const banner = `/**
 * The types of ${subject}. Generated from ${path.split('/').at(-1)} by scripts/generate-types.js: change the schema
 * and run \`node scripts/generate-types.js\`.
 */
`;
  if (schema.properties === undefined) return banner + (await definitionTypes(schema));
  const imported = new Set();
  const types = inlined(schema, { own: schema, shared, imported });
  return compile(types, schema.title, {
    ...style,
    bannerComment: banner + importsOf(imported, definitions, file) + constants(schema),
  });
}

/** The types of a schema that holds definitions alone: one for each object among them. */
async function definitionTypes(schema) {
  const documents = { own: { $defs: {} }, shared: schema, imported: new Set() };
  const types = [];
  for (const { title, ...definition } of Object.values(schema.$defs)) {
    if (definition.type !== 'object') continue;
    types.push(await compile(inlined(definition, documents), title, { ...style, bannerComment: '' }));
  }
  return types.join('\n');
}

/** Imports the types of another file and passes them on, so that one file has all types of its schema. */
function importsOf(names, definitions, importer) {
  if (names.size === 0) return '';
  const list = [...names].sort().join(', ');
  const path = relative(dirname(importer), definitions.replace('.schema.json', '.ts'));
  const file = path.startsWith('.') ? path : `./${path}`;
  return `import type { ${list} } from '${file}';\nexport type { ${list} };\n`;
}

async function readSchema(path) {
  return JSON.parse(await readFile(fromRoot(path), 'utf8'));
}

function fromRoot(path) {
  return new URL(`../${path}`, import.meta.url);
}

/**
 * Puts the definitions of texts, numbers and arrays in the place where they are named, with the description that
 * stands there: only objects become types of their own, each once, those of another schema by their name.
 */
function inlined(node, documents) {
  if (Array.isArray(node)) return node.map((item) => inlined(item, documents));
  if (node === null || typeof node !== 'object') return node;
  if (typeof node.$ref === 'string') {
    const [document, name] = node.$ref.split('#/$defs/');
    const own = documents.own.$defs?.[name];
    const inside = document === '' && own !== undefined;
    const target = inside ? own : documents.shared.$defs[name];
    if (target.type !== 'object') {
      const within = inside ? documents : { ...documents, own: { $defs: {} } };
      return inlined({ ...target, ...node, $ref: undefined }, within);
    }
    if (inside) return { $ref: node.$ref };
    documents.imported.add(target.title);
    return { tsType: target.title, description: node.description };
  }
  return Object.fromEntries(
    Object.entries(node)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, inlined(value, documents)]),
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
