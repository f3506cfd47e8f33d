/**
 * ZipMap of ai.onnx.ml gives each row of a matrix of scores as a map from classes to them. The matrix is what counts
 * here, and stands in its place.
 */
import { nodeField } from './fields.ts';
import type { Message } from '../../core/protobuf/reader.ts';

export function isZipMap(node: Message): boolean {
  return node.string(nodeField.operator) === 'ZipMap' && node.string(nodeField.domain) === 'ai.onnx.ml';
}
