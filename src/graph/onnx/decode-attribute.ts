/** Decodes AttributeProto messages. */
import { InputError } from '../../core/errors.ts';
import type { Attribute, OpenGraph, Tensor } from '../types.ts';
import { decodeNarrow, decodeSparseTensor, decodeTensor, narrowCodeOf } from './decode-tensor.ts';
import type { ExternalData } from './external-data.ts';
import { attributeField, attributeType } from './fields.ts';
import type { Message } from '../../core/protobuf/reader.ts';

export interface AttributeContext {
  readonly external: ExternalData | undefined;
  /** The attributes of the call whose function this stands in, which others may refer to; absent outside functions. */
  readonly referred?: ReadonlyMap<string, Attribute> | undefined;
  readonly decodeInner: (message: Message) => OpenGraph;
  /** Is told the code of the type of a tensor of narrow numbers; without it such a tensor is refused. */
  readonly onNarrow?: (code: number) => void;
}

/**
 * An attribute, or undefined for one that refers to an attribute which the call of its function leaves out, and for a
 * type, which nothing here depends on.
 *
 * @param where names the attribute in messages
 */
export function decodeAttribute(
  message: Message,
  where: string,
  context: AttributeContext,
): Attribute | undefined {
  const referred = message.string(attributeField.referredAttribute) ?? '';
  if (referred !== '') {
    if (context.referred === undefined) {
      throw new InputError(`${where} refers to an attribute of a function, and it stands in none`);
    }
    return context.referred.get(referred);
  }
  const held = (field: number, what: string): Message => {
    const content = message.message(field);
    if (content === undefined) throw new InputError(`${where} is a ${what} and holds none`);
    return content;
  };
  // A number that is its type's zero may be left out.
  switch (attributeTypeOf(message)) {
    case attributeType.float:
      return { kind: 'float', value: message.float(attributeField.float) ?? 0 };
    case attributeType.int:
      return { kind: 'int', value: Number(message.integer(attributeField.int) ?? 0n) };
    case attributeType.string:
      return { kind: 'string', value: message.string(attributeField.string) ?? '' };
    case attributeType.floats:
      return { kind: 'floats', value: [...message.floats(attributeField.floats)] };
    case attributeType.ints:
      return { kind: 'ints', value: message.integers(attributeField.ints).map(Number) };
    case attributeType.strings:
      return { kind: 'strings', value: message.strings(attributeField.strings) };
    case attributeType.tensor:
      return { kind: 'tensor', value: heldTensor(held(attributeField.tensor, 'tensor'), where, context) };
    case attributeType.sparseTensor:
      return {
        kind: 'tensor',
        value: decodeSparseTensor(
          held(attributeField.sparseTensor, 'sparse tensor'),
          where,
          context.external,
        ),
      };
    case attributeType.graph:
      return { kind: 'graph', value: context.decodeInner(held(attributeField.graph, 'graph')) };
    case attributeType.type:
      return undefined;
    default:
      throw new InputError(`${where} is of a kind (several tensors, graphs or types) that is not supported`);
  }
}

function heldTensor(message: Message, where: string, { external, onNarrow }: AttributeContext): Tensor {
  const code = onNarrow === undefined ? undefined : narrowCodeOf(message);
  if (code === undefined) return decodeTensor(message, where, external);
  onNarrow?.(code);
  return decodeNarrow(message, code, where, external);
}

/** Old files leave the type out: it is that of the field which is there. */
function attributeTypeOf(message: Message): number {
  const type = message.integer(attributeField.type);
  if (type !== undefined && type !== 0n) return Number(type);
  const fields: Readonly<Record<string, number>> = attributeField;
  const present = Object.entries(attributeType).find(([kind]) => {
    const field = kind === 'type' ? undefined : fields[kind];
    return field !== undefined && message.has(field);
  });
  return present?.[1] ?? 0;
}
