/**
 * Keeps the install to the npm registry. On Linux x64 the install step of onnxruntime-node downloads libraries for
 * NVIDIA GPUs from another host, and fails the whole install where it cannot; it does so only while they are missing.
 * npm runs every preinstall before any postinstall, so an empty file in the place of each tells it that nothing is
 * wanted. The CPU library is inside the package itself. To have CUDA: ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild
 * onnxruntime-node, which replaces them.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const asked = process.env.ONNXRUNTIME_NODE_INSTALL ?? process.env.npm_config_onnxruntime_node_install;
if (process.platform === 'linux' && process.arch === 'x64' && asked === undefined) {
  try {
    const runtime = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
    const libraries = join(runtime, 'bin', 'napi-v6', 'linux', 'x64');
    for (const name of ['cuda', 'shared', 'tensorrt']) {
      const path = join(libraries, `libonnxruntime_providers_${name}.so`);
      if (existsSync(libraries) && !existsSync(path)) writeFileSync(path, '');
    }
  } catch {
    // Not there yet, or not writable: the runtime's own install step decides, as it would without us.
  }
}
