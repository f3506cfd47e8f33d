/** Constant nodes become initializers, so that a constant has one form only. */
import { tensor } from '../../tensor.ts';
import type { Attribute, Node, Tensor } from '../../types.ts';
import { boundedInt64s, toInt64 } from '../int64.ts';
import { refuse } from './context.ts';
import type { Rewrite } from './context.ts';

/** Constant (its forms but `value` are of opset 12), as an initializer named as its output was. */
export const constantToInitializer: Rewrite = (node, context) => {
  const [entry, ...others] = Object.entries(node.attributes);
  if (entry === undefined || others.length > 0) return refuse(node, 'must have exactly one value');
  const output = node.outputs[0] ?? '';
  if (output !== '') context.addConstant(output, constantTensor(node, ...entry), output);
  return [];
};

function constantTensor(node: Node, name: string, attribute: Attribute): Tensor {
  switch (`${name} ${attribute.kind}`) {
    case 'value tensor':
    case 'sparse_value tensor':
    case 'value_float float':
    case 'value_floats floats':
    case 'value_int int':
    case 'value_ints ints':
    case 'value_string string':
    case 'value_strings strings':
      return tensorOf(attribute, node);
    default:
      return refuse(node, `its value ${name} of the kind ${attribute.kind} is not supported`);
  }
}

function tensorOf(attribute: Attribute, node: Node): Tensor {
  switch (attribute.kind) {
    case 'tensor':
      return attribute.value;
    case 'float':
      return tensor('float32', [], Float32Array.of(attribute.value));
    case 'floats':
      return tensor('float32', [attribute.value.length], Float32Array.from(attribute.value));
    case 'int':
      return tensor('int64', [], BigInt64Array.of(toInt64(attribute.value)));
    case 'ints':
      return boundedInt64s(attribute.value);
    case 'string':
      return tensor('string', [], [attribute.value]);
    case 'strings':
      return tensor('string', [attribute.value.length], attribute.value);
    case 'graph':
      return refuse(node, 'its value is a graph');
  }
}
